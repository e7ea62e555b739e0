using System.Runtime.InteropServices;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public class OpusLibraryTests
{
    [Fact]
    public void The_library_is_found_without_the_dev_package()
    {
        // libopus.so belongs to the -dev package on Debian; its absence is what a plain machine looks like.
        nint Load(string name) => name is "libopus.so" or "libopus" or "opus" ? 0 : NativeLibrary.TryLoad(name, out nint handle) ? handle : 0;
        OSPlatform platform = OperatingSystem.IsWindows() ? OSPlatform.Windows : OperatingSystem.IsMacOS() ? OSPlatform.OSX : OSPlatform.Linux;
        Assert.True(OpusLibrary.TryFind(OpusLibrary.Candidates(platform), Load, out _, out string? name));
        if (OperatingSystem.IsLinux())
            Assert.Equal("libopus.so.0", name);
        Assert.Contains("libopus", LibOpusCodecFactory.Default.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LINUX", "libopus.so.0", "libopus.so")]
    [InlineData("OSX", "libopus.0.dylib", "libopus.dylib", "/opt/homebrew/lib/libopus.0.dylib", "/usr/local/lib/libopus.0.dylib")]
    [InlineData("WINDOWS", "opus.dll", "libopus-0.dll")]
    public void It_is_looked_for_under_every_name_it_has(string platform, params string[] names) =>
        Assert.Equal(names, OpusLibrary.Candidates(OSPlatform.Create(platform)).Where(names.Contains));

    [Fact]
    public void A_path_of_the_callers_comes_first_and_the_environments_second()
    {
        Assert.Equal((1, "/a/opus.so"), OpusLibrary.Find("/a/opus.so", "/b/opus.so", OSPlatform.Linux, _ => 1));
        Assert.Equal((1, "/b/opus.so"), OpusLibrary.Find(null, "/b/opus.so", OSPlatform.Linux, _ => 1));
        Assert.Equal((1, "libopus.so.0"), OpusLibrary.Find(" ", "", OSPlatform.Linux, _ => 1));
    }

    [Theory]
    [InlineData("/a/opus.so", null, "/a/opus.so", "LibOpusCodecFactory")]
    [InlineData("/a/opus.so", "/b/opus.so", "/a/opus.so", "LibOpusCodecFactory")]
    [InlineData(null, "/b/opus.so", "/b/opus.so", OpusLibrary.PathVariable)]
    public void A_named_file_that_cannot_be_loaded_is_not_passed_over(string? path, string? fromEnvironment, string file, string by)
    {
        List<string> tried = [];
        var e = Assert.Throws<OpusLibraryNotFoundException>(() => OpusLibrary.Find(path, fromEnvironment, OSPlatform.Linux, name =>
        {
            tried.Add(name);
            return name == "libopus.so.0" ? 1 : 0;      // the machine has one
        }));
        Assert.Equal([file], tried);
        Assert.Contains($"'{file}'", e.Message, StringComparison.Ordinal);
        Assert.Contains(by, e.Message, StringComparison.Ordinal);
        Assert.Same(e, Assert.Throws<OpusLibraryNotFoundException>(() => OpusCodecs.Choose(() => throw e)));       // Auto does not take Concentus instead
    }

    [Fact]
    public void When_it_is_nowhere_the_message_names_the_package_for_each_system()
    {
        Assert.False(OpusLibrary.TryFind(OpusLibrary.Candidates(OSPlatform.Linux), _ => 0, out _, out _));
        string message = OpusLibrary.NotFoundMessage(["libopus.so.0"]);
        foreach (string part in (string[])["apt-get install libopus0", "apk add opus", "brew install opus", "opus.dll", OpusLibrary.PathVariable, "libopus.so.0"])
            Assert.Contains(part, message, StringComparison.Ordinal);
    }
}

public class OpusCodecTests
{
    [Theory]
    [InlineData(440)]
    [InlineData(1_000)]
    [InlineData(3_000)]
    public void A_tone_keeps_its_frequency_and_level(int frequency)
    {
        short[] heard = RoundTrip(Spectrum.Tone(frequency, 48_000, 48_000), new());
        Assert.InRange(Spectrum.DominantFrequency(heard.AsSpan(9_600, 24_000), 48_000), frequency - 5, frequency + 5);
        Assert.InRange(Spectrum.Rms(heard.AsSpan(9_600)), 5_000, 9_000);
    }

    [Theory]
    [InlineData(12_000, 0, false)]
    [InlineData(32_000, 10, true)]
    [InlineData(128_000, 5, true)]
    public void The_bitrate_is_kept_about(int bitrate, int complexity, bool fec)
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { Bitrate = bitrate, Complexity = complexity, InbandFec = fec });
        int bytes = Speechlike(50).Chunk(960).Sum(frame => encoder.Encode(frame, new byte[1275]));
        Assert.InRange(bytes * 8, bitrate * 0.2, bitrate * 1.3);
    }

    [Fact]
    public void A_bitrate_set_later_takes_effect()
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { Bitrate = 64_000, VariableBitrate = false });
        var packet = new byte[1275];
        Assert.Equal(160, encoder.Encode(Spectrum.Tone(500, 48_000, 960), packet));
        encoder.Tune(new OpusEncoderOptions { Bitrate = 16_000, VariableBitrate = false }.ToTuning());
        Assert.Equal(40, encoder.Encode(Spectrum.Tone(500, 48_000, 960), packet));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Tune(new OpusEncoderOptions { Bitrate = 1 }.ToTuning()));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Tune(new OpusEncoderOptions { ExpectedPacketLossPercent = 101 }.ToTuning()));
    }

    [Fact]
    public void Stereo_packets_are_mixed_down()
    {
        byte[] packet = new byte[1275];
        using IOpusDecoder decoder = LibOpusCodecFactory.Default.CreateDecoder();
        using OpusEncoderHandle stereo = OpusNative.EncoderCreate(48_000, 2, (int)OpusApplication.Audio, out int error);
        Assert.Equal(0, error);
        OpusNative.Control(stereo, OpusNative.SetBitrate, 128_000);
        short[] left = Spectrum.Tone(500, 48_000, 48_000), right = Spectrum.Tone(1_300, 48_000, 48_000);
        var heard = new List<short>();
        var pcm = new short[5_760];
        for (int at = 0; at < 48_000; at += 960)
        {
            var both = new short[1_920];
            for (int i = 0; i < 960; i++)
                (both[2 * i], both[(2 * i) + 1]) = (left[at + i], right[at + i]);
            int length = EncodeStereo(stereo, both, packet);
            Assert.NotEqual(0, packet[0] & 4);      // the packet says that it is stereo
            Assert.True(decoder.TryDecode(packet.AsSpan(0, length), pcm, out int samples));
            Assert.Equal(960, samples);
            heard.AddRange(pcm.AsSpan(0, samples));
        }

        short[] end = [.. heard.Skip(9_600)];
        Assert.InRange(Spectrum.Fit(end, 500, 48_000).Amplitude, 4_000, 6_000);
        Assert.InRange(Spectrum.Fit(end, 1_300, 48_000).Amplitude, 4_000, 6_000);
    }

    [Fact]
    public void A_lost_packet_is_restored_from_the_next_better_than_it_is_made_up()
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { ExpectedPacketLossPercent = 20, Bitrate = 24_000 });
        short[] speech = Speechlike(100);
        var packets = speech.Chunk(960).Select(frame =>
        {
            var packet = new byte[1275];
            return packet[..encoder.Encode(frame, packet)];
        }).ToList();
        Assert.True(packets.Count(p => OpusPacket.HasFec(p)) > 50);

        short[] truth = Play(packets, (_, _) => 0);
        short[] restored = Play(packets, (decoder, i) => i % 7 == 6 && OpusPacket.HasFec(packets[i + 1]) ? 1 : 0);
        short[] madeUp = Play(packets, (decoder, i) => i % 7 == 6 && OpusPacket.HasFec(packets[i + 1]) ? 2 : 0);
        Assert.True(Distance(truth, restored) < 0.8 * Distance(truth, madeUp), $"FEC {Distance(truth, restored)}, concealment {Distance(truth, madeUp)}.");

        short[] Play(List<byte[]> stream, Func<IOpusDecoder, int, int> fate)
        {
            using IOpusDecoder decoder = LibOpusCodecFactory.Default.CreateDecoder();
            var pcm = new short[5_760];
            var heard = new List<short>();
            for (int i = 0; i < stream.Count - 1; i++)
            {
                int samples = 960;
                switch (fate(decoder, i))
                {
                    case 0:
                        Assert.True(decoder.TryDecode(stream[i], pcm, out samples));
                        break;
                    case 1:
                        Assert.True(decoder.TryDecodeFec(stream[i + 1], pcm.AsSpan(0, 960)));
                        break;
                    default:
                        decoder.Conceal(pcm.AsSpan(0, 960));
                        break;
                }

                heard.AddRange(pcm.AsSpan(0, samples));
            }

            return [.. heard];
        }

        static double Distance(short[] a, short[] b) => Math.Sqrt(a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Average());
    }

    [Fact]
    public void Without_fec_no_packet_claims_to_carry_it()
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { InbandFec = false, Bitrate = 24_000 });
        foreach (short[] frame in Speechlike(100).Chunk(960))
        {
            var packet = new byte[1275];
            Assert.False(OpusPacket.HasFec(packet.AsSpan(0, encoder.Encode(frame, packet))));
        }
    }

    [Fact]
    public void Dtx_leaves_silence_out()
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { Dtx = true });
        var packet = new byte[1275];
        int left = Enumerable.Range(0, 200).Count(_ => encoder.Encode(new short[960], packet) <= 2);
        Assert.True(left > 100, $"{left} of 200 frames left out.");
    }

    [Fact]
    public void The_packet_of_silence_is_twenty_milliseconds_of_silence()
    {
        using IOpusDecoder decoder = LibOpusCodecFactory.Default.CreateDecoder();
        var pcm = new short[5_760];
        Assert.True(decoder.TryDecode(OpusPacket.Silence, pcm, out int samples));
        Assert.Equal(960, samples);
        Assert.All(pcm, s => Assert.InRange(s, -1, 1));
    }

    [Fact]
    public unsafe void Durations_agree_with_libopus_for_every_first_byte_and_frame_count()
    {
        LibOpusCodecFactory.Default.Describe();
        nint library = NativeLibrary.Load(OpusLibrary.LoadedName!);
        var samplesOf = (delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(library, "opus_packet_get_nb_samples");
        byte[] packet = new byte[8];
        for (int toc = 0; toc < 256; toc++)
        {
            for (int count = 0; count < 256; count++)
            {
                for (int length = 1; length <= 2; length++)
                {
                    packet[0] = (byte)toc;
                    packet[1] = (byte)count;
                    int expected;
                    fixed (byte* p = packet)
                        expected = samplesOf(p, length, 48_000);
                    bool valid = OpusPacket.TryGetDuration(packet.AsSpan(0, length), out int samples);
                    Assert.True(valid == expected > 0 && (!valid || samples == expected), $"TOC {toc}, count {count}: {samples}, libopus {expected}.");
                }
            }
        }
    }

    [Fact]
    public void Garbage_is_refused_and_the_decoder_goes_on()
    {
        const int seed = 20_260_102;
        var random = new Random(seed);
        using IOpusDecoder decoder = LibOpusCodecFactory.Default.CreateDecoder();
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new());
        var pcm = new short[5_760];
        var good = new byte[1275];
        int length = encoder.Encode(Spectrum.Tone(440, 48_000, 960), good);
        Assert.False(decoder.TryDecode([], pcm, out _));
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bad = new byte[random.Next(1, 200)];
            random.NextBytes(bad);
            OpusPacket.HasFec(bad);
            if (decoder.TryDecode(bad, pcm, out int samples))
                Assert.True(OpusPacket.TryGetDuration(bad, out int told) && told == samples, $"Seed {seed}, input {i}.");
            decoder.TryDecodeFec(bad, pcm.AsSpan(0, 960));
            if (i % 100 == 0)
                Assert.True(decoder.TryDecode(good.AsSpan(0, length), pcm, out _), $"Seed {seed}, input {i}.");
        }
    }

    [Fact]
    public void A_frame_of_another_length_and_options_out_of_range_are_refused()
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new());
        Assert.Throws<ArgumentException>(() => encoder.Encode(new short[480], new byte[1275]));
        Assert.Throws<ArgumentOutOfRangeException>(() => LibOpusCodecFactory.Default.CreateEncoder(new() { Bitrate = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => LibOpusCodecFactory.Default.CreateEncoder(new() { Complexity = 11 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => LibOpusCodecFactory.Default.CreateEncoder(new() { MaxBandwidth = 0 }));
    }

    [Fact]
    public void Nothing_is_allocated_per_frame()
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new() { Complexity = 0 });
        using IOpusDecoder decoder = LibOpusCodecFactory.Default.CreateDecoder();
        short[] tone = Spectrum.Tone(440, 48_000, 960), pcm = new short[5_760];
        var packet = new byte[1275];
        Assert.Equal(0, Allocations.Measure(() =>
        {
            int length = encoder.Encode(tone, packet);
            decoder.TryDecode(packet.AsSpan(0, length), pcm, out _);
            decoder.TryDecodeFec(packet.AsSpan(0, length), pcm.AsSpan(0, 960));
            decoder.Conceal(pcm.AsSpan(0, 960));
        }, 200));
    }

    /// <summary>Something that libopus takes for speech: a buzz of 120 to 180 Hz through moving resonances, with pauses.</summary>
    internal static short[] Speechlike(int frames)
    {
        var pcm = new short[frames * 960];
        double phase = 0;
        double a1 = 0, a2 = 0, b1 = 0, b2 = 0;
        var random = new Random(1);
        for (int i = 0; i < pcm.Length; i++)
        {
            double t = i / 48_000.0;
            phase += (150 + (30 * Math.Sin(5 * t))) / 48_000;
            double pulse = phase >= 1 ? 1 : 0;
            phase -= Math.Floor(phase);
            double envelope = Math.Max(0, Math.Sin(2 * Math.PI * 2.5 * t) + 0.7);
            double x = (pulse * 3_000) + (random.NextDouble() * 20);
            double a = Resonate(ref a1, ref a2, x, 500 + (200 * Math.Sin(7 * t)));
            double b = Resonate(ref b1, ref b2, a, 1_500 + (400 * Math.Sin(11 * t)));
            pcm[i] = (short)Math.Clamp(envelope * b * 0.5, -20_000, 20_000);
        }

        return pcm;

        static double Resonate(ref double y1, ref double y2, double x, double frequency)
        {
            const double r = 0.99;
            double y = (x * 0.05) + (2 * r * Math.Cos(2 * Math.PI * frequency / 48_000) * y1) - (r * r * y2);
            (y2, y1) = (y1, y);
            return y;
        }
    }

    private static short[] RoundTrip(short[] pcm, OpusEncoderOptions options)
    {
        using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(options);
        using IOpusDecoder decoder = LibOpusCodecFactory.Default.CreateDecoder();
        var packet = new byte[1275];
        var decoded = new short[5_760];
        var heard = new List<short>();
        foreach (short[] frame in pcm.Chunk(960))
        {
            int length = encoder.Encode(frame, packet);
            Assert.True(decoder.TryDecode(packet.AsSpan(0, length), decoded, out int samples));
            heard.AddRange(decoded.AsSpan(0, samples));
        }

        return [.. heard];
    }

    private static unsafe int EncodeStereo(OpusEncoderHandle encoder, short[] pcm, byte[] packet)
    {
        fixed (short* from = pcm)
        fixed (byte* to = packet)
            return OpusNative.Encode(encoder, from, 960, to, packet.Length);
    }
}
