using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Stun;

public class StunAllocationTests
{
    [Fact]
    public void Reading_and_verifying_allocates_nothing() => Assert.Equal(0, Allocations.Measure(static () =>
    {
        bool taken = StunMessage.TryParse(Rfc5769Tests.IPv6Response, out StunMessage message)
            && message.VerifyIntegrity(Rfc5769Tests.Password)
            && message.TryGetXorMappedAddress(out _);
        Assert.True(taken);
    }));

    [Fact]
    public void Writing_a_request_and_a_response_allocates_nothing()
    {
        byte[] buffer = new byte[200];
        TransportAddress address = TransportAddress.From([192, 0, 2, 1], 3478);
        Assert.Equal(0, Allocations.Measure(() =>
        {
            StunMessageWriter request = new(buffer, StunMessageType.BindingRequest, new(1, 2));
            request.WriteUsername("abcd:efgh"u8);
            request.WritePriority(1);
            request.WriteIceControlling(2);
            request.WriteUseCandidate();
            Assert.True(request.TryFinish(Rfc5769Tests.Password, out _));

            StunMessageWriter response = new(buffer, StunMessageType.BindingSuccess, new(1, 2));
            response.WriteXorMappedAddress(address);
            Assert.True(response.TryFinish(Rfc5769Tests.Password, out _));
        }));
    }
}
