using OpenAI.Realtime.WebRtc.Engine.Dtls;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

public class HandshakeTests
{
    [Fact]
    public void Handshake_completes_in_two_round_trips_with_four_datagrams()
    {
        using var pair = new DtlsPair();
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(5)), pair.Describe());
        Assert.Equal(TimeSpan.FromMilliseconds(40).Ticks, pair.Now.Ticks);
        Assert.Equal(2, pair.Client.Sent.Count);
        Assert.Equal(2, pair.Server.Sent.Count);
        Assert.Equal("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", pair.Client.Connection.CipherSuiteName);
        Assert.Equal("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", pair.Server.Connection.CipherSuiteName);
        Assert.Equal([new DtlsEvent(DtlsEventKind.Connected)], pair.Client.Events);
        Assert.Equal([new DtlsEvent(DtlsEventKind.Connected)], pair.Server.Events);
    }

    [Fact]
    public void Both_sides_export_the_same_keying_material()
    {
        using DtlsPair pair = DtlsPair.Connected();
        var client = new byte[60];
        var server = new byte[60];
        Assert.True(pair.Client.Connection.TryExportKeyingMaterial("EXTRACTOR-dtls_srtp"u8, client));
        Assert.True(pair.Server.Connection.TryExportKeyingMaterial("EXTRACTOR-dtls_srtp"u8, server));
        Assert.Equal(client, server);
        Assert.True(client.Distinct().Count() > 20);

        var other = new byte[60];
        Assert.True(pair.Server.Connection.TryExportKeyingMaterial("another label"u8, other));
        Assert.NotEqual(client, other);
    }

    [Fact]
    public void Application_data_goes_both_ways()
    {
        using DtlsPair pair = DtlsPair.Connected();
        for (int i = 1; i < 20; i++)
        {
            byte[] up = [.. Enumerable.Repeat((byte)i, i * 50)], down = [.. Enumerable.Repeat((byte)~i, i * 50)];
            pair.Send(pair.Client, up);
            pair.Send(pair.Server, down);
            pair.Run(TimeSpan.FromMilliseconds(20));
            Assert.Equal(up, pair.Server.Received[^1]);
            Assert.Equal(down, pair.Client.Received[^1]);
        }
    }
}
