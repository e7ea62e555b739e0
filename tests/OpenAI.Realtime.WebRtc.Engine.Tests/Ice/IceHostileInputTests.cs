using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Ice;

public class IceHostileInputTests
{
    private static readonly TransportPath Path =
        new(TransportProtocol.Udp, IceSimulation.Address("10.0.0.2:2000"), IceSimulation.Address("10.0.0.66:666"));

    private readonly IceSimulation _simulation = new IceSimulation(answererIsLite: true).Start();

    private IceAgent Lite => _simulation.Answerer.Agent;

    private string Username => $"{Lite.LocalCredentials.UsernameFragment}:{_simulation.Offerer.Agent.LocalCredentials.UsernameFragment}";

    [Fact]
    public void A_wrong_password_is_refused_with_401_and_counted()
    {
        Lite.HandleDatagram(Request(Username, "not the password, but as long"), Path, _simulation.Now);
        AssertRefused(StunErrorCode.Unauthenticated, isProtected: false);
        Assert.Equal(1, Lite.Counters.DroppedIntegrity);
    }

    [Theory]
    [InlineData("somebody:else")]
    [InlineData("")]
    [InlineData(":")]
    public void A_wrong_username_is_refused_with_401_and_counted(string username)
    {
        Lite.HandleDatagram(Request(username, Lite.LocalCredentials.Password), Path, _simulation.Now);
        AssertRefused(StunErrorCode.Unauthenticated, isProtected: false);
        Assert.Equal(1, Lite.Counters.DroppedUsername);
    }

    [Fact]
    public void A_request_without_credentials_is_refused_with_400_and_counted()
    {
        byte[] buffer = new byte[100];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, new(1, 2));
        Assert.True(writer.TryFinish(default, out int length));
        Lite.HandleDatagram(buffer.AsSpan(0, length), Path, _simulation.Now);
        AssertRefused(StunErrorCode.BadRequest, isProtected: false);
        Assert.Equal(1, Lite.Counters.DroppedUnauthenticated);
    }

    [Fact]
    public void An_attribute_that_must_be_understood_is_refused_with_420_and_named()
    {
        Lite.HandleDatagram(Request(Username, Lite.LocalCredentials.Password, (StunAttributeType)0x7777), Path, _simulation.Now);
        byte[] answer = AssertRefused(StunErrorCode.UnknownAttribute, isProtected: true);
        Assert.True(StunMessage.TryParse(answer, out StunMessage message));
        Assert.True(message.TryGetAttribute(StunAttributeType.UnknownAttributes, out ReadOnlySpan<byte> named));
        Assert.Equal("7777", Convert.ToHexString(named));
        Assert.Equal(1, Lite.Counters.DroppedUnknownAttribute);
        Assert.False(Lite.IsValidatedSource(Path));
    }

    [Fact]
    public void A_broken_fingerprint_gets_no_answer_and_is_counted()
    {
        byte[] request = Request(Username, Lite.LocalCredentials.Password);
        request[^1] ^= 1;
        Lite.HandleDatagram(request, Path, _simulation.Now);
        Assert.False(Lite.TryTakeDatagram(new byte[IceAgent.MaxDatagramLength], out _, out _));
        Assert.Equal(1, Lite.Counters.DroppedFingerprint);
    }

    [Fact]
    public void What_is_not_stun_gets_no_answer_and_is_counted()
    {
        Lite.HandleDatagram("\0\u0001 not stun at all, but long enough"u8, Path, _simulation.Now);
        Lite.HandleDatagram(default, Path, _simulation.Now);
        Assert.False(Lite.TryTakeDatagram(new byte[IceAgent.MaxDatagramLength], out _, out _));
        Assert.Equal(2, Lite.Counters.DroppedMalformed);
    }

    [Fact]
    public void A_right_request_from_anywhere_is_answered_to_where_it_came_from()
    {
        Lite.HandleDatagram(Request(Username, Lite.LocalCredentials.Password), Path, _simulation.Now);
        byte[] buffer = new byte[IceAgent.MaxDatagramLength];
        Assert.True(Lite.TryTakeDatagram(buffer, out int length, out TransportPath path));
        Assert.Equal(Path, path);
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, length), out StunMessage answer));
        Assert.Equal(StunMessageType.BindingSuccess, answer.Type);
        Assert.True(answer.VerifyIntegrity(Encoding.UTF8.GetBytes(Lite.LocalCredentials.Password)));
        Assert.True(answer.TryGetXorMappedAddress(out TransportAddress mapped) && mapped == Path.Remote);
        Assert.True(Lite.IsValidatedSource(Path));
    }

    [Fact]
    public void Answers_of_strangers_change_nothing()
    {
        IceAgent full = _simulation.Offerer.Agent;
        byte[] buffer = new byte[IceAgent.MaxDatagramLength];
        Assert.True(full.TryTakeDatagram(buffer, out int length, out TransportPath path));
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, length), out StunMessage request));
        foreach (StunMessageType type in new[] { StunMessageType.BindingSuccess, StunMessageType.BindingError })
        {
            foreach (string password in new[] { "", "guessed" })
            {
                byte[] answer = new byte[200];
                StunMessageWriter writer = new(answer, type, request.TransactionId);
                if (type == StunMessageType.BindingSuccess)
                    writer.WriteXorMappedAddress(path.Local);
                else
                    writer.WriteErrorCode(StunErrorCode.RoleConflict);
                Assert.True(writer.TryFinish(Encoding.UTF8.GetBytes(password), out length));
                full.HandleDatagram(answer.AsSpan(0, length), path, _simulation.Now);
            }
        }

        Assert.Equal(2, full.Counters.DroppedUnauthenticated);
        Assert.Equal(2, full.Counters.DroppedIntegrity);
        Assert.True(full.IsControlling);
        Assert.False(full.TryGetSelectedPath(out _));
    }

    [Fact]
    public void An_answer_from_another_address_does_not_validate_the_pair()
    {
        IceSimulation simulation = new IceSimulation(answererIsLite: true).Start();
        TransportAddress elsewhere = IceSimulation.Address("10.0.0.66:666");
        simulation.Passes = d =>
        {
            if (d.From == simulation.Answerer)
                simulation.Inject(simulation.Offerer, new(TransportProtocol.Udp, d.Path.Remote, elsewhere), d.Bytes);
            return d.From != simulation.Answerer;
        };
        simulation.RunFor(TimeSpan.FromSeconds(5));
        Assert.Null(simulation.Offerer.Selected);
        Assert.True(simulation.Offerer.Agent.Counters.DroppedAsymmetric > 0);
        simulation.Passes = static _ => true;
        Assert.True(simulation.RunUntilConnected(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void A_flood_of_right_requests_stays_within_the_bounds()
    {
        byte[] request = Request(Username, Lite.LocalCredentials.Password);
        for (int port = 1; port <= 5000; port++)
            Lite.HandleDatagram(request, Path with { Remote = TransportAddress.From([10, 0, 0, 66], (ushort)port) }, _simulation.Now);
        Assert.Equal(IceLimits.RemoteCandidates, Lite.RemoteCandidates.Count);
        int answers = 0;
        while (Lite.TryTakeDatagram(new byte[IceAgent.MaxDatagramLength], out _, out _))
            answers++;
        Assert.Equal(IceLimits.OutgoingMessages, answers);
        Assert.True(Lite.Counters.DroppedOverLimit > 4000);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void No_mutation_throws_or_moves_the_selected_pair_unless_it_knows_the_password(int seed, bool lite)
    {
        IceSimulation simulation = new IceSimulation(seed, lite).Start();
        Assert.True(simulation.RunUntilConnected());
        simulation.RunFor(TimeSpan.FromSeconds(30));
        TransportPath? before = simulation.Answerer.Selected;
        SentDatagram[] originals = [.. simulation.Sent.Where(d => d.From == simulation.Offerer)];
        Random random = new(seed);
        for (int i = 0; i < 10_000; i++)
        {
            SentDatagram original = originals[random.Next(originals.Length)];
            byte[] bytes = [.. original.Bytes];
            for (int n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            if (random.Next(3) == 0)
                bytes = bytes[..random.Next(bytes.Length + 1)];

            // What changed only behind MESSAGE-INTEGRITY is a replay, which STUN cannot tell from the original.
            if (StunMessage.TryParse(bytes, out StunMessage message) && message.VerifyIntegrity(Encoding.UTF8.GetBytes(simulation.Answerer.Agent.LocalCredentials.Password)))
                continue;

            // From elsewhere, so that what is taken would move something.
            TransportPath path = new(TransportProtocol.Udp, original.Path.Remote, TransportAddress.From([10, 0, 0, 66], (ushort)random.Next(1, 65536)));
            simulation.Answerer.Agent.HandleDatagram(bytes, path, simulation.Now);
            while (simulation.Answerer.Agent.TryTakeDatagram(new byte[IceAgent.MaxDatagramLength], out _, out _))
            {
            }
        }

        Assert.Equal(before, simulation.Answerer.Selected);
        simulation.RunFor(TimeSpan.FromSeconds(60));
        Assert.True(simulation.IsConnected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_message_of_a_peer_that_knows_the_password_makes_an_agent_throw_or_spin(int seed)
    {
        IceSimulation simulation = new IceSimulation(seed).Start();
        Assert.True(simulation.RunUntilConnected());
        IceAgent full = simulation.Answerer.Agent;
        byte[] localKey = Encoding.UTF8.GetBytes(full.LocalCredentials.Password);
        byte[] remoteKey = Encoding.UTF8.GetBytes(simulation.Offerer.Agent.LocalCredentials.Password);
        byte[] username = Encoding.UTF8.GetBytes($"{full.LocalCredentials.UsernameFragment}:{simulation.Offerer.Agent.LocalCredentials.UsernameFragment}");
        Random random = new(seed);
        byte[] buffer = new byte[1000];
        StunTransactionId lastSeen = default;
        Instant now = simulation.Now;
        for (int i = 0; i < 10_000; i++)
        {
            StunMessageType type = StunMessageType.From(StunMethod.Binding, (StunClass)random.Next(4));
            StunMessageWriter writer = new(buffer, type, random.Next(2) == 0 ? lastSeen : new((ulong)random.NextInt64(), 1));
            for (int n = random.Next(6); n > 0; n--)
            {
                switch (random.Next(8))
                {
                    case 0: writer.WriteUseCandidate(); break;
                    case 1: writer.WriteIceControlled((ulong)random.NextInt64() * 2); break;
                    case 2: writer.WriteIceControlling((ulong)random.NextInt64() * 2); break;
                    case 3: writer.WritePriority((uint)random.Next()); break;
                    case 4: writer.WriteErrorCode(random.Next(2) == 0 ? StunErrorCode.RoleConflict : StunErrorCode.ServerError); break;
                    case 5: writer.WriteXorMappedAddress(TransportAddress.From([10, 0, 0, (byte)random.Next(256)], (ushort)random.Next(65536))); break;
                    case 6: writer.WriteAttribute((StunAttributeType)random.Next(65536), new byte[random.Next(20)]); break;
                    default: writer.WriteAttribute(StunAttributeType.Priority, new byte[random.Next(6)]); break;
                }
            }

            writer.WriteUsername(username);
            if (!writer.TryFinish(type.Class == StunClass.Request ? localKey : remoteKey, out int length))
                continue;
            TransportAddress from = random.Next(2) == 0 ? IceSimulation.Address("10.0.0.1:1000") : TransportAddress.From([10, 0, 0, 66], (ushort)random.Next(65536));
            full.HandleDatagram(buffer.AsSpan(0, length), new(TransportProtocol.Udp, IceSimulation.Address("10.0.0.2:2000"), from), now);
            for (int wakes = 0; full.NextTimeout.At <= now && full.NextTimeout.Reason != WakeReason.OutputPending; wakes++)
            {
                Assert.True(wakes < 10, "it asks to be woken and does nothing");
                full.HandleTimeout(now);
            }

            byte[] taken = new byte[IceAgent.MaxDatagramLength];
            while (full.TryTakeDatagram(taken, out length, out _))
            {
                Assert.True(StunMessage.TryParse(taken.AsSpan(0, length), out StunMessage message));
                lastSeen = message.TransactionId;
            }

            now += TimeSpan.FromMilliseconds(random.Next(20));
        }

        Assert.True(full.RemoteCandidates.Count <= IceLimits.RemoteCandidates);
        Assert.True(full.LocalCandidates.Count <= IceLimits.LocalCandidates);
    }

    private static byte[] Request(string username, string password, StunAttributeType? extra = null)
    {
        byte[] buffer = new byte[400];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, new(1, 2));
        writer.WriteUsername(Encoding.UTF8.GetBytes(username));
        writer.WritePriority(1);
        writer.WriteIceControlling(1);
        if (extra is { } type)
            writer.WriteAttribute(type, default);
        Assert.True(writer.TryFinish(Encoding.UTF8.GetBytes(password), out int length));
        return buffer[..length];
    }

    private byte[] AssertRefused(StunErrorCode code, bool isProtected)
    {
        byte[] buffer = new byte[IceAgent.MaxDatagramLength];
        Assert.True(Lite.TryTakeDatagram(buffer, out int length, out TransportPath path));
        Assert.Equal(Path, path);
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, length), out StunMessage answer));
        Assert.Equal(StunMessageType.BindingError, answer.Type);
        Assert.True(answer.TryGetErrorCode(out StunErrorCode said));
        Assert.Equal(code, said);
        Assert.Equal(isProtected, answer.VerifyIntegrity(Encoding.UTF8.GetBytes(Lite.LocalCredentials.Password)));
        return buffer[..length];
    }
}
