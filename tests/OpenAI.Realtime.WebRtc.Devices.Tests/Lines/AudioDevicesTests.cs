using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Devices.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Lines;

/// <summary>What a program is told that uses the devices wrongly.</summary>
public sealed class AudioDevicesTests
{
    [Fact]
    public void After_it_was_disposed_every_member_names_the_type_that_the_program_knows()
    {
        var system = new FakeSystem();
        var devices = new AudioDevices(system, new FakeTimeProvider(), NullLogger.Instance, work => work());
        system.Plug(AudioDeviceKind.Microphone, "built-in", isDefault: true);
        system.Plug(AudioDeviceKind.Loudspeaker, "speakers", isDefault: true);
        devices.Dispose();
        system.IsAlive = false;     // it is not asked any more
        Func<object>[] calls = [devices.List, () => devices.OpenMicrophone(), () => devices.OpenLoudspeaker(), () => devices.OpenDuplex()];
        foreach (Func<object> call in calls)
            Assert.Equal(typeof(AudioDevices).FullName, Assert.Throws<ObjectDisposedException>(call).ObjectName);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_server_without_an_address_is_refused_before_anything_is_asked(string server) =>
        Assert.Contains("null", Assert.Throws<ArgumentException>("Server", () => AudioDevices.Open(new() { Server = server })).Message);
}
