using System.Net;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>Whose a datagram is that came to a shared port.</summary>
public sealed class PortDirectoryTests
{
    private static readonly byte[] s_audio = [0x80, 111, 0, 1];
    private static readonly TransportAddress s_remote = Remote(1);
    private readonly PortDirectory<string> _directory = new();

    [Fact]
    public void A_request_is_for_whom_it_names_wherever_it_comes_from()
    {
        _directory.Add("a", "fragmntA");
        PortDirectory<string>.Member b = _directory.Add("b", "fragmntB");
        Assert.True(_directory.TryClaim(b, s_remote, ClaimStrength.Proven));
        Assert.Equal("a", _directory.Find(Request("fragmntA"), s_remote));
        Assert.Equal("b", _directory.Find(Request("fragmntB"), Remote(2)));
        Assert.Null(_directory.Find(Request("fragmntC"), s_remote));
        Assert.Null(_directory.Find(Request(new string('x', 100)), s_remote));
    }

    [Fact]
    public void During_an_ICE_restart_a_connection_has_two_names_and_keeps_its_addresses()
    {
        PortDirectory<string>.Member a = _directory.Add("a", "fragmntA");
        Assert.True(_directory.TryClaim(a, s_remote, ClaimStrength.Proven));
        _directory.SetFragments(a, ["fragmntA", "fragmntB"]);
        Assert.Equal(("a", "a"), (_directory.Find(Request("fragmntA"), Remote(2)), _directory.Find(Request("fragmntB"), Remote(2))));
        _directory.SetFragments(a, ["fragmntB"]);
        Assert.Null(_directory.Find(Request("fragmntA"), Remote(2)));
        Assert.Equal(("a", "a"), (_directory.Find(Request("fragmntB"), Remote(2)), _directory.Find(s_audio, s_remote)));
        Assert.Equal(1, _directory.Count);
        _directory.Remove(a);
        Assert.Null(_directory.Find(Request("fragmntB"), Remote(2)));
        Assert.Equal((0, 0), (_directory.Count, _directory.AddressCount));
    }

    [Fact]
    public void Anything_else_is_for_who_has_claimed_the_address_and_else_nobodys()
    {
        PortDirectory<string>.Member a = _directory.Add("a", "fragmntA");
        Assert.Null(_directory.Find(s_audio, s_remote));
        Assert.True(_directory.TryClaim(a, s_remote, ClaimStrength.Sent));
        Assert.Equal("a", _directory.Find(s_audio, s_remote));
        Assert.Equal("a", _directory.Find([], s_remote));
        Assert.Null(_directory.Find(s_audio, Remote(2)));
        _directory.Remove(a);
        Assert.Null(_directory.Find(s_audio, s_remote));
        Assert.Equal((0, 0), (_directory.Count, _directory.AddressCount));
    }

    [Fact]
    public void An_address_stays_with_who_has_it_until_somebody_else_proves_to_be_there()
    {
        PortDirectory<string>.Member a = _directory.Add("a", "fragmntA"), b = _directory.Add("b", "fragmntB");
        Assert.True(_directory.TryClaim(a, s_remote, ClaimStrength.Sent));
        Assert.False(_directory.TryClaim(b, s_remote, ClaimStrength.Sent));
        Assert.Equal("a", _directory.Find(s_audio, s_remote));

        Assert.True(_directory.TryClaim(b, s_remote, ClaimStrength.Proven));
        Assert.Equal("b", _directory.Find(s_audio, s_remote));
        Assert.False(_directory.TryClaim(a, s_remote, ClaimStrength.Sent));

        _directory.Remove(a); // what it has lost is not its to take away
        Assert.Equal("b", _directory.Find(s_audio, s_remote));
        _directory.Remove(b);
        Assert.Equal(0, _directory.AddressCount);
    }

    [Fact]
    public void A_connection_keeps_the_addresses_that_it_used_last_and_no_more_than_it_may()
    {
        PortDirectory<string>.Member a = _directory.Add("a", "fragmntA");
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(_directory.TryClaim(a, Remote(i), ClaimStrength.Proven));
            Assert.True(_directory.TryClaim(a, s_remote, ClaimStrength.Sent));
            Assert.InRange(_directory.AddressCount, 1, PortDirectory<string>.MaxAddresses);
        }

        Assert.Equal("a", _directory.Find(s_audio, s_remote));
        Assert.Equal("a", _directory.Find(s_audio, Remote(9_999)));
        Assert.Null(_directory.Find(s_audio, Remote(2)));
        Assert.Equal(a.Addresses.Count, _directory.AddressCount);
    }

    [Fact]
    public void A_flood_of_strangers_leaves_nothing_behind_and_allocates_nothing()
    {
        _directory.Add("a", "fragmntA");
        byte[][] flood = [s_audio, Request("fragmntC"), Request("fragmntA")[..30], [], [22, 254, 253], new byte[1200]];
        TransportAddress[] strangers = [.. Enumerable.Range(0, 20_000).Select(Remote)];
        long allocated = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < strangers.Length; i++)
            {
                if (_directory.Find(flood[i % flood.Length], strangers[i]) is not null)
                    throw new InvalidOperationException("A stranger's datagram was somebody's.");
            }

            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(allocated, 0, 2_000); // the test's own, if any; one object each would be 480,000
        Assert.Equal((1, 0), (_directory.Count, _directory.AddressCount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_is_claimed_and_given_up_every_address_leads_to_the_one_that_has_it(int seed)
    {
        Random random = new(seed);
        List<PortDirectory<string>.Member> members = [];
        for (int step = 0; step < 20_000; step++)
        {
            switch (random.Next(20))
            {
                case 0 when members.Count < 8:
                    members.Add(_directory.Add($"{step}", $"{step}"));
                    break;
                case 1 when members.Count > 0:
                    _directory.Remove(members[0]);
                    members.RemoveAt(0);
                    break;
                default:
                    if (members.Count > 0)
                        _directory.TryClaim(members[random.Next(members.Count)], Remote(random.Next(200)), random.Next(2) == 0 ? ClaimStrength.Sent : ClaimStrength.Proven);
                    break;
            }

            Assert.Equal(members.Sum(m => m.Addresses.Count), _directory.AddressCount);
            foreach (PortDirectory<string>.Member member in members)
            {
                Assert.InRange(member.Addresses.Count, 0, PortDirectory<string>.MaxAddresses);
                if (step % 100 == 0)
                    Assert.All(member.Addresses, address => Assert.Equal(member.Owner, _directory.Find(s_audio, address)));
            }
        }
    }

    internal static byte[] Request(string fragment)
    {
        byte[] buffer = new byte[600];
        StunMessageWriter writer = new(buffer, StunMessageType.BindingRequest, new StunTransactionId(1, 2));
        writer.WriteUsername(Encoding.UTF8.GetBytes(fragment + ":remote"));
        Assert.True(writer.TryFinish("password"u8, out int length));
        return buffer[..length];
    }

    private static TransportAddress Remote(int number) => TransportAddress.From(new IPAddress([10, 0, (byte)(number >> 8), (byte)number]), 5000);
}
