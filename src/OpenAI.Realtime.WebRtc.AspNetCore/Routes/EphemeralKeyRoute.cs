using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Keys;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>
/// Mints a key for one page.
/// <code>
///   page ──POST──► host ──POST realtime/client_secrets, API key──► service
///   page ◄── {"value":"ek_…","expires_at":…,"calls_url":…,"model":…} ── host
///   page ──POST calls_url, application/sdp, Bearer ek_…──► service
/// </code>
/// </summary>
internal sealed class EphemeralKeyRoute : RealtimeRoute
{
    private readonly Lazy<EphemeralKeyMint> _mint;
    private readonly HandedOutKeys _handedOut;

    public EphemeralKeyRoute(string name, RealtimeEndpointOptions options, IServiceProvider services, HandedOutKeys handedOut)
        : base(name, options, services)
    {
        _handedOut = handedOut;
        _mint = new Lazy<EphemeralKeyMint>(CreateMint);
    }

    public override void Check() => _ = _mint.Value;

    protected override async Task ServeAsync(HttpContext context)
    {
        RealtimeUserSession user = await ChooseSessionAsync(context).ConfigureAwait(false);
        MintedKey minted = await MintAsync(user, context.RequestAborted).ConfigureAwait(false);
        Logger.KeyMinted();

        byte[] reply = Reply(minted);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = reply.Length;
        await context.Response.Body.WriteAsync(reply, context.RequestAborted).ConfigureAwait(false);
    }

    private EphemeralKeyMint CreateMint()
    {
        try
        {
            return OfClient<EphemeralKeyMint>();
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException($"{Name} mints a key for each caller. {e.Message}", e);
        }
    }

    private async Task<MintedKey> MintAsync(RealtimeUserSession user, CancellationToken cancellationToken)
    {
        MintedKey minted = await _mint.Value.MintAsync(user.Session, user.SafetyIdentifier, refused: null, cancellationToken).ConfigureAwait(false);
        if (IsFresh(minted.Key))
            return minted;

        // A provider of the application's may keep keys, too; being told that this one is of no use, it makes another.
        minted = await _mint.Value.MintAsync(user.Session, user.SafetyIdentifier, refused: minted.Key, cancellationToken).ConfigureAwait(false);
        if (IsFresh(minted.Key))
            return minted;
        Logger.KeyNotFresh();
        throw new HttpProblem(StatusCodes.Status502BadGateway, "key_not_fresh", "The host got no key of this page's own.", "Its log says more.");
    }

    private bool IsFresh(EphemeralKey key) => !key.IsCached && _handedOut.TryAdd(key.Value);

    private static byte[] Reply(MintedKey minted)
    {
        using var stream = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("value"u8, minted.Key.Value);
            if (minted.Key.ExpiresAt is { } at)
                writer.WriteNumber("expires_at"u8, at.ToUnixTimeSeconds());
            else
                writer.WriteNull("expires_at"u8);
            writer.WriteString("calls_url"u8, minted.CallsAddress.AbsoluteUri);
            writer.WriteString("model"u8, minted.Model);
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }
}
