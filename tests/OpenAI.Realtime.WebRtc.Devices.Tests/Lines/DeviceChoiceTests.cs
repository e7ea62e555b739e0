namespace OpenAI.Realtime.WebRtc.Devices.Tests.Lines;

public sealed class DeviceChoiceTests
{
    private static readonly AudioDevice[] Devices =
    [
        Microphone("built-in", "Built-in Audio"), Microphone("usb", "USB Headset"), Microphone("usb2", "USB Camera"),
        Microphone("twin1", "Twin"), Microphone("twin2", "Twin"), Microphone("speakers.monitor", "Monitor of the speakers") with { IsMonitor = true, IsDefault = true },
        new AudioDevice { Kind = AudioDeviceKind.Loudspeaker, Id = "speakers", Name = "Speakers", IsDefault = true },
    ];

    [Theory]
    [InlineData("usb", "usb")]
    [InlineData("usb headset", "usb")]
    [InlineData("camera", "usb2")]
    [InlineData("speakers.monitor", "speakers.monitor")]
    [InlineData(null, "built-in")]
    public void A_device_is_named_by_id_by_name_or_by_a_part_of_it(string? wanted, string id) =>
        Assert.Equal(id, DeviceChoice.FindOrThrow(Devices, AudioDeviceKind.Microphone, wanted).Id);

    [Theory]
    [InlineData("USB", "More than one microphone has the name \"USB\": \"USB Headset\" (usb), \"USB Camera\" (usb2). Give more of it, or the id.")]
    [InlineData("twin", "\"Twin\" (twin1), \"Twin\" (twin2). Give the id.")]
    [InlineData("bluetooth", "There are: \"Built-in Audio\" (built-in), \"USB Headset\"")]
    [InlineData("speakers", "no microphone")]
    public void A_name_that_no_device_or_more_than_one_has_is_said_with_those_that_are_there(string wanted, string says)
    {
        AudioDeviceException e = Assert.Throws<AudioDeviceException>(() => DeviceChoice.FindOrThrow(Devices, AudioDeviceKind.Microphone, wanted));
        Assert.Equal((AudioDeviceProblem.NotFound, AudioDeviceKind.Microphone), (e.Problem, e.Kind));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_longer_than_any_is_not_repeated_whole() => Assert.InRange(
        Assert.Throws<AudioDeviceException>(() => DeviceChoice.FindOrThrow(Devices, AudioDeviceKind.Microphone, new string('x', 10_000))).Message.Length, 100, 500);

    [Fact]
    public void What_a_loudspeaker_plays_is_nobodys_microphone()
    {
        AudioDeviceException e = Assert.Throws<AudioDeviceException>(() => DeviceChoice.FindOrThrow(Devices[5..], AudioDeviceKind.Microphone, null));
        Assert.Equal((AudioDeviceProblem.NoDevice, AudioDeviceKind.Microphone), (e.Problem, e.Kind));
        Assert.Contains("plug one in", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_library_is_said_with_the_package_that_has_it()
    {
        AudioDeviceException e = Assert.Throws<AudioDeviceException>(() => PulseLibrary.Find(_ => 0));
        Assert.Equal(AudioDeviceProblem.NoSoundSystem, e.Problem);
        Assert.Contains("apt-get install libpulse0", e.Message, StringComparison.Ordinal);
    }

    private static AudioDevice Microphone(string id, string name) => new() { Kind = AudioDeviceKind.Microphone, Id = id, Name = name };
}
