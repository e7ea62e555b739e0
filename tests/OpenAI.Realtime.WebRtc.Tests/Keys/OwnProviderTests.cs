using Microsoft.Extensions.Options;
using Moq;
using OpenAI.Realtime.WebRtc.Keys;

namespace OpenAI.Realtime.WebRtc.Tests.Keys;

public class OwnProviderTests
{
    [Fact]
    public async Task A_failure_that_a_provider_of_ones_own_names_reaches_the_caller_as_it_is()
    {
        var refused = new RealtimeConnectException(ConnectPhase.Key, RealtimeFailure.KeyRefused, "The user's plan has no voice.");
        var provider = new Mock<IEphemeralKeyProvider>();
        provider.Setup(p => p.GetKeyAsync(It.IsAny<EphemeralKeyRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(refused);
        using var client = new RealtimeWebRtcClient(new() { Endpoint = new Uri("http://127.0.0.1:9/v1") }, keyProvider: provider.Object);

        RealtimeConnectException thrown = await Assert.ThrowsAsync<RealtimeConnectException>(() => client.ConnectAsync());
        Assert.Same(refused, thrown);
        provider.Verify(p => p.GetKeyAsync(It.IsAny<EphemeralKeyRequest>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Fact]
    public void A_provider_beside_the_unified_interface_is_refused_because_it_would_never_be_asked()
    {
        var options = new OpenAIRealtimeWebRtcOptions { ApiKey = "sk-x", UseUnifiedInterface = true };
        OptionsValidationException refusal = Assert.Throws<OptionsValidationException>(
            () => new RealtimeWebRtcClient(options, keyProvider: Mock.Of<IEphemeralKeyProvider>()));
        Assert.Contains("leave one of the two out", refusal.Message, StringComparison.Ordinal);
    }
}
