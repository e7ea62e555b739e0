using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>One HTTP request and its answer.</summary>
internal sealed class HttpExchange(HttpContext context, string requestId)
{
    public HttpContext Context { get; } = context;

    public string RequestId { get; } = requestId;

    /// <summary>What goes wrong on purpose; null for nothing.</summary>
    public RealtimeTestFault? Fault { get; set; }

    /// <summary>The ephemeral key that the request came with; null when it was the API key.</summary>
    public MintedKey? Key { get; set; }

    public RealtimeTestRequest Describe(RealtimeTestRoute route) => new(route, Context.Request.Path + Context.Request.QueryString.ToString(), RequestId)
    {
        Headers = Context.Request.Headers
            .Where(header => !header.Key.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("api-key", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
    };

    /// <summary>What stands in <c>Authorization: Bearer</c> or <c>api-key</c>; null when neither is there.</summary>
    public string? Credential()
    {
        const string scheme = "Bearer ";
        string authorization = Context.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && authorization.Length > scheme.Length)
            return authorization[scheme.Length..].Trim();
        return Context.Request.Headers.TryGetValue("api-key", out var key) && key.ToString() is { Length: > 0 } value ? value : null;
    }

    public string? Query(string name) => Context.Request.Query.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;

    public bool IsContentType(string mediaType) =>
        MediaTypeHeaderValue.TryParse(Context.Request.ContentType, out MediaTypeHeaderValue? type) && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase);

    /// <summary>The whole body; null when it is larger than allowed.</summary>
    public async Task<byte[]?> ReadBodyAsync(int max)
    {
        if (Context.Request.ContentLength > max)
            return null;
        using var body = new MemoryStream();
        byte[] buffer = new byte[4_096];
        int read;
        while ((read = await Context.Request.Body.ReadAsync(buffer, Context.RequestAborted).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > max)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    public Task FailAsync(int status, ApiError error) =>
        Context.Response.HasStarted ? Task.CompletedTask : AnswerAsync(status, new JsonObject { ["error"] = error.ToJson() });

    public Task AnswerAsync(int status, JsonObject json) => AnswerAsync(status, "application/json", Json.Write(json));

    public async Task AnswerAsync(int status, string? contentType, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = Context.Response;
        response.StatusCode = status;
        response.Headers["x-request-id"] = RequestId;
        response.ContentType = contentType;
        response.ContentLength ??= body.Length;
        if (!body.IsEmpty)
            await response.Body.WriteAsync(body, Context.RequestAborted).ConfigureAwait(false);
        await response.Body.FlushAsync(Context.RequestAborted).ConfigureAwait(false);
    }
}
