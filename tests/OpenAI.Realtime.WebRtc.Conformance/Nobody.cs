using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Conformance;

/// <summary>An answer whose peer is gone before anybody could speak to it.</summary>
public static partial class Nobody
{
    /// <summary>Lets <paramref name="answerer"/> answer, and closes it.</summary>
    public static async Task<string> AnswerAsync(IPeerConnection answerer, string offer)
    {
        // It sees no address in the offer, so that it has nobody to check: it begins nothing that it would end with a goodbye.
        string answer = await answerer.CreateAnswerAsync(CandidateLine().Replace(offer, ""));
        await answerer.DisposeAsync();
        return answer;
    }

    [GeneratedRegex(@"a=candidate:[^\r\n]*\r?\n", RegexOptions.IgnoreCase)]
    private static partial Regex CandidateLine();
}
