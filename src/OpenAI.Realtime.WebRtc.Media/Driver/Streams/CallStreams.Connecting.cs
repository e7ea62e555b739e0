using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The way to an open stream: by a proxy that somebody names, then directly.</summary>
internal sealed partial class CallStreams
{
    private async Task FindProxyAsync(CallStream stream, IWebProxy known)
    {
        IPEndPoint target = stream.Path.Remote.ToIPEndPoint();
        ProxyRoute? route = await Task.Run(() => ProxyRoute.FindAsync(known, target)).ConfigureAwait(false);
        post(() =>
        {
            if (stream.State != CallStreamState.LookingUp)
                return;
            stream.Proxy = route;
            if (route is null)
                ConnectDirectly(stream);
            else if (route.EndPoint is null)
                Fail(stream, $"{route.Name}: {route.Problem}");
            else
                ConnectToProxy(stream, credential: null);
        });
    }

    // Credentials are told only to a proxy that asks for them.
    private void ConnectToProxy(CallStream stream, NetworkCredential? credential)
    {
        stream.State = CallStreamState.AskingProxy;
        stream.Question = new HttpConnect(stream.Path.Remote.ToIPEndPoint(), credential);
        stream.Deadline = clock.Now + ProxyPatience;
        Connect(stream, null, stream.Proxy!.EndPoint!);
    }

    private void ConnectDirectly(CallStream stream)
    {
        stream.State = CallStreamState.Connecting;
        stream.Proxy = null;
        stream.Deadline = Instant.Never;
        Connect(stream, stream.Path.Local.ToIPAddress(), stream.Path.Remote.ToIPEndPoint());
    }

    private void Connect(CallStream stream, IPAddress? local, IPEndPoint remote)
    {
        try
        {
            stream.Socket = StreamSocket.Connect(local, remote);
        }
        catch (SocketException e)
        {
            Fail(stream, StreamSocket.Describe(e.SocketErrorCode));
            return;
        }

        if (!TryPoll(stream, out string why))
            Fail(stream, why);
    }

    /// <summary>Reads what the proxy says; true when the way is open, and what is left of <paramref name="data"/> came from the peer.</summary>
    private bool TryReadReply(CallStream stream, ref Span<byte> data)
    {
        HttpConnect question = stream.Question!;
        ProxyRoute route = stream.Proxy!;
        switch (question.Read(ref data))
        {
            case null:
                return false;
            case true when question.Status is >= 200 and < 300:
                Open(stream);
                return true;
            case true when question is { Status: 407, OffersBasic: true, HasCredential: false } && route.Credential is { } credential:
                CloseSocket(stream);
                ConnectToProxy(stream, credential);
                return false;
            case true when question.Status == 407:
                Fail(stream, $"{route.Name} asks for credentials{(question.HasCredential ? " and refuses those it was given" : question.OffersBasic ? "" : " of a kind other than Basic, which is not spoken here")}");
                return false;
            case true:
                Fail(stream, $"{route.Name} answered {question.Status} {question.Reason}".TrimEnd());
                return false;
            default:
                Fail(stream, $"{route.Name} did not answer as an HTTP proxy does");
                return false;
        }
    }

    private static string Tell(List<string> failures) => string.Join(", then directly: ", failures);

    /// <summary>What was tried has failed: there may be another way.</summary>
    private void Fail(CallStream stream, string why)
    {
        stream.Failures.Add(why);
        CloseSocket(stream);
        if (stream.State is CallStreamState.AskingProxy or CallStreamState.LookingUp)
        {
            peer.HandleStreamDelayed(stream.Path, Tell([.. stream.Failures, "no answer"]));    // a firewall that drops what goes past the proxy says nothing for minutes
            ConnectDirectly(stream);
        }
        else
        {
            End(stream, Tell(stream.Failures));
        }
    }
}
