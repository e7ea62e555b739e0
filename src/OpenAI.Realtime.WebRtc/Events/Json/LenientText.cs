using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// Texts of received JSON that may be no valid text: the parser lets half a surrogate pair and bytes that are no UTF-8 pass, and whoever asks it for the text gets an exception.
/// Such a text is given as it is spelt, with U+FFFD for what is no UTF-8.
/// </summary>
internal static class LenientText
{
    /// <summary>The JSON of a value.</summary>
    public static string JsonOf(JsonElement element) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element));

    /// <summary>The text of a string.</summary>
    public static string Of(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return JsonOf(text)[1..^1]; // without the quotation marks
        }
    }

    /// <summary>The name of a member.</summary>
    public static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(member));
        }
    }
}
