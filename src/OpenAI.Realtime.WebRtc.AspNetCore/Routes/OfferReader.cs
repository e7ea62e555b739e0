using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>Reads an SDP offer out of a request, so that the service never sees what cannot be one.</summary>
internal static class OfferReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="HttpProblem">413, 415 or 400: too large, another content type, or no SDP.</exception>
    public static async ValueTask<string> ReadAsync(HttpRequest request, int maxSize, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("application/sdp", StringComparison.OrdinalIgnoreCase)
            || request.Headers.ContentEncoding.Count > 0)
        {
            throw new HttpProblem(StatusCodes.Status415UnsupportedMediaType, "wrong_content_type", "The offer has to be posted as application/sdp.");
        }
        byte[] body = await ReadBodyAsync(request.BodyReader, maxSize, cancellationToken).ConfigureAwait(false);
        return IsOffer(body, out string offer)
            ? offer
            : throw new HttpProblem(StatusCodes.Status400BadRequest, "not_sdp", "The body is no SDP offer.", "It has to begin with v=0 and to describe an audio track (m=audio).");
    }

    /// <exception cref="HttpProblem">413: too large.</exception>
    public static async ValueTask<byte[]> ReadBodyAsync(PipeReader reader, int maxSize, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.Length > maxSize)
            {
                reader.AdvanceTo(buffer.End);
                throw HttpProblem.TooLarge(maxSize);
            }
            if (result.IsCompleted)
            {
                byte[] body = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return body;
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static bool IsOffer(byte[] body, out string offer)
    {
        offer = "";
        if (!body.AsSpan().StartsWith("v=0\r\n"u8) && !body.AsSpan().StartsWith("v=0\n"u8))
            return false;
        try
        {
            offer = Strict.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        return offer.Contains("\nm=audio ", StringComparison.Ordinal) && !offer.Contains('\0', StringComparison.Ordinal);
    }
}
