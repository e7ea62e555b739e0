namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>The files of the console project that the packages are restored into.</summary>
internal static class ConsumerSources
{
    /// <summary>The line that a program of the documentation takes its key from.</summary>
    public const string RealKey = "ApiKey = Environment.GetEnvironmentVariable(\"OPENAI_API_KEY\")";

    private static readonly string[] DefaultUsings =
    [
        "System.Text.Json", "System.Text.Json.Nodes", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Builder", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging", "OpenAI.Realtime.WebRtc", "OpenAI.Realtime.WebRtc.Agents", "OpenAI.Realtime.WebRtc.AspNetCore", "OpenAI.Realtime.WebRtc.Devices", "OpenAI.Realtime.WebRtc.Engine.Core",
        "OpenAI.Realtime.WebRtc.Engine.Peer", "OpenAI.Realtime.WebRtc.Engine.Sdp", "OpenAI.Realtime.WebRtc.Events", "OpenAI.Realtime.WebRtc.Keys",
        "OpenAI.Realtime.WebRtc.Media", "OpenAI.Realtime.WebRtc.Testing", "Xunit",
    ];

    /// <summary>A snippet as a file. The one thing that is changed in a program: where it talks to.</summary>
    public static string Of(Snippet snippet)
    {
        string source = snippet.ToSource(DefaultUsings);
        return snippet.Kind == SnippetKind.Program
            ? source.Replace(RealKey, "Endpoint = Ambient.TestEndpoint.BaseAddress, ApiKey = Ambient.TestEndpoint.ApiKey", StringComparison.Ordinal)
            : source;
    }

    /// <summary>What statements in the documentation take for granted.</summary>
    public const string Ambient = """
        using Microsoft.AspNetCore.Builder;
        using Microsoft.Extensions.DependencyInjection;
        using OpenAI.Realtime.WebRtc;
        using OpenAI.Realtime.WebRtc.Agents;
        using OpenAI.Realtime.WebRtc.Devices;
        using OpenAI.Realtime.WebRtc.Engine.Core;
        using OpenAI.Realtime.WebRtc.Engine.Peer;
        using OpenAI.Realtime.WebRtc.Media;
        using OpenAI.Realtime.WebRtc.Testing;

        internal abstract class Ambient
        {
            public static RealtimeTestEndpoint TestEndpoint { get; set; } = null!;

            protected static CancellationToken ct => default;
            protected static string[] args => [];
            protected static WebApplicationBuilder builder => null!;
            protected static WebApplication app => null!;
            protected static IServiceCollection services => null!;
            protected static HttpClient http => null!;
            protected static OpenAIRealtimeWebRtcOptions options => null!;
            protected static RealtimeWebRtcClient client => null!;
            protected static RealtimeWebRtcSession session => null!;
            protected static RealtimeSideband sideband => null!;
            protected static IAudioSource microphone => null!;
            protected static IAudioSink loudspeaker => null!;
            protected static IAudioSink file => null!;
            protected static AudioDevices devices => null!;
            protected static AudioDuplex sound => null!;
            protected static short[] samples => null!;
            protected static RealtimeTestEndpoint endpoint => null!;
            protected static RealtimeTestCall call => null!;
            protected static VoiceAgent agent => null!;
            protected static VoiceConversation talk => null!;

            // The engine's page.
            protected static WebRtcPeer peer => null!;
            protected static byte[] datagram => null!;
            protected static byte[] buffer => null!;
            protected static TransportPath path => default;
            protected static Instant now => default;
        }

        /// <summary>The reader's own application, in the example of a test; tests/OpenAI.Realtime.WebRtc.Testing.Tests runs that one for real.</summary>
        public sealed class VoiceBot : IAsyncDisposable
        {
            public static Task<VoiceBot> StartAsync(RealtimeWebRtcClient client) => null!;
            public Task<string?> GreetingAsync() => null!;
            public ValueTask DisposeAsync() => default;
        }

        /// <summary>The reader's own way to secrets.</summary>
        public interface IVault
        {
            ValueTask<string> GetSecretAsync(string name, CancellationToken cancellationToken);
        }

        namespace Xunit
        {
            /// <summary>Stands for a test framework, which the project does not reference.</summary>
            public sealed class FactAttribute : Attribute;

            public static class Assert
            {
                public static void Equal<T>(T expected, T actual) { }
            }
        }
        """;

    /// <summary>Runs the program that is named, with an endpoint at hand.</summary>
    public static string EntryPoint(IEnumerable<Snippet> snippets)
    {
        string cases = string.Join("\n", snippets.Where(s => s.Kind == SnippetKind.Program)
            .Select(s => $"    \"{s.Name}\" => Snippets.{s.Identifier}.Program_{s.Name}.RunAsync(),"));
        return $$"""
            using OpenAI.Realtime.WebRtc.Testing;

            await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
            Ambient.TestEndpoint = endpoint;
            await (args[0] switch
            {
            {{cases}}
                _ => throw new ArgumentException(args[0]),
            });
            Console.WriteLine($"(ended; {endpoint.CallsCreated} calls at the test's endpoint)");
            """;
    }
}
