using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The parts of a <c>multipart/form-data</c> body (RFC 7578) that is in memory already, and so bounded.</summary>
internal static class MultipartForm
{
    private const int MaxParts = 16;
    private const int MaxBoundary = 70;     // RFC 2046 §5.1.1

    /// <summary>The parts by name; null when the body cannot be read.</summary>
    public static async Task<Dictionary<string, byte[]>?> ReadAsync(string contentType, byte[] body, CancellationToken cancellationToken)
    {
        string boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(contentType).Boundary).ToString();
        if (boundary.Length is 0 or > MaxBoundary)
            return null;
        Dictionary<string, byte[]> parts = new(StringComparer.Ordinal);
        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(body)) { HeadersCountLimit = 16, HeadersLengthLimit = 8_192, BodyLengthLimit = body.Length };
            while (await reader.ReadNextSectionAsync(cancellationToken).ConfigureAwait(false) is { } section)
            {
                if (parts.Count == MaxParts || !ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition))
                    return null;
                using var content = new MemoryStream();
                await section.Body.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
                if (!parts.TryAdd(HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), content.ToArray()))
                    return null;
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null;
        }

        return parts;
    }
}
