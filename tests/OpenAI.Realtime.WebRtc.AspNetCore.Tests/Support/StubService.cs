using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>Stands for the service where a test needs an answer that no real one would give.</summary>
internal sealed class StubService : HttpMessageHandler
{
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _requests = new();

    public HttpStatusCode Status { get; init; } = HttpStatusCode.Created;

    public HttpStatusCode HangUpStatus { get; set; } = HttpStatusCode.OK;

    public TimeSpan? RetryAfter { get; init; }

    public byte[] Answer { get; init; } = [];

    public string? Location { get; init; }

    /// <summary>The answer's head comes, and its body never.</summary>
    public bool WithholdsBody { get; init; }

    public IReadOnlyCollection<(string Path, byte[] Body)> Requests => _requests;

    /// <summary>Puts it in the place of the network.</summary>
    public void Register(WebApplicationBuilder builder) =>
        builder.Services.AddHttpClient("OpenAI.Realtime.WebRtc").ConfigurePrimaryHttpMessageHandler(() => this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _requests.Enqueue((request.RequestUri!.AbsolutePath, request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken)));
        bool isHangUp = request.RequestUri.AbsolutePath.EndsWith("/hangup", StringComparison.Ordinal);
        var response = new HttpResponseMessage(isHangUp ? HangUpStatus : Status)
        {
            Content = WithholdsBody && !isHangUp ? new StreamContent(new EndlessWait()) : new ByteArrayContent(isHangUp ? [] : Answer),
        };
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = new RetryConditionHeaderValue(wait);
        if (Location is not null)
            response.Headers.TryAddWithoutValidation("Location", Location);
        return response;
    }

    private sealed class EndlessWait : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
