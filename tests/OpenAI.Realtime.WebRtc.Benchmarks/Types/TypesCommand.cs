using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Tests.Events.Description;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Types;

/// <summary>
/// The model against the types of OpenAI's npm package, unpacked somewhere: <c>types PACKAGE</c>. Prints the events and fields that the model does not have; exit code 1 when there
/// are any, 2 when the package cannot be read.
/// </summary>
internal static class TypesCommand
{
    /// <summary>What is found and yet not missing, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["ClientSecretCreateResponse: something is only an UnknownTurnDetection"] = "the type of a transcription's turn detection is any text there; server_vad, which it is, is read",
    };

    private static readonly HashSet<string> Missing = [];

    public static int Run(string[] args)
    {
        string folder = args is [var package] ? Path.GetFullPath("resources", Path.GetFullPath(package)) : "";
        if (!File.Exists(Path.Combine(folder, "realtime", "realtime.d.ts")))
        {
            Console.Error.WriteLine("types PACKAGE: the folder of an unpacked npm package openai, as made by 'npm pack openai && tar xzf openai-*.tgz'");
            return 2;
        }

        Instances realtime = Read(folder, "realtime", "realtime.d.ts");
        int events = 0;
        foreach (string union in new[] { "RealtimeServerEvent", "RealtimeTranslationServerEvent" })
            events += Check(realtime, realtime.Alternatives(union), utf8 => ServerEvent.Read(utf8));
        foreach (string union in new[] { "RealtimeClientEvent", "RealtimeTranslationClientEvent" })
            events += Check(realtime, realtime.Alternatives(union), ReadClientEvent);
        Instances secrets = Read(folder, "realtime", "client-secrets.d.ts");
        Check(secrets, ["ClientSecretCreateParams"], utf8 => ClientSecretRequest.Read(utf8));
        Check(secrets, ["ClientSecretCreateResponse"], utf8 => ClientSecretReply.Read(utf8));
        Instances calls = Read(folder, "realtime", "calls.d.ts");
        Check(calls, ["CallAcceptParams"], utf8 => SessionConfig.Read(utf8));
        Check(calls, ["CallReferParams"], utf8 => CallReferRequest.Read(utf8));
        Check(calls, ["CallRejectParams"], utf8 => CallRejectRequest.Read(utf8));
        Instances webhooks = Read(folder, "webhooks", "webhooks.d.ts");
        Check(webhooks, ["RealtimeCallIncomingWebhookEvent"], utf8 => RealtimeCallIncoming.Read(utf8));
        foreach (string name in new[] { realtime, secrets, calls, webhooks }.SelectMany(instances => instances.NotFound).Distinct())
            Missing.Add($"the type {name} was not found in the package");

        int found = Missing.Count;
        Missing.ExceptWith(Exceptions.Keys);
        foreach (string missing in Missing.Order(StringComparer.Ordinal))
            Console.WriteLine(missing);
        Console.WriteLine($"{events} events and the bodies that go over HTTP: {Missing.Count} missing, {found - Missing.Count} left out for a reason.");
        return Missing.Count == 0 ? 0 : 1;
    }

    private static Instances Read(params string[] path) => new(TypeScriptReader.Read(Path.Combine(path)));

    private static object ReadClientEvent(byte[] utf8) =>
        ClientEvent.TryRead(utf8, RealtimeDialect.Ga, out ClientEvent? read, out string? reason) ? read : throw new JsonException(reason);

    private static int Check(Instances types, IEnumerable<string> names, Func<byte[], object> read)
    {
        int count = 0;
        foreach (string name in names)
        {
            count++;
            foreach (JsonNode? instance in types.Of(name))
                Check(instance?["type"] is JsonValue type && type.GetValueKind() == JsonValueKind.String ? (string)type! : name, Encoding.UTF8.GetBytes(instance!.ToJsonString()), read);
        }
        return count;
    }

    private static void Check(string name, byte[] utf8, Func<byte[], object> read)
    {
        object value;
        try
        {
            value = read(utf8);
        }
        catch (JsonException e)
        {
            Missing.Add($"{name}: not read: {e.Message}");
            return;
        }
        switch (value)
        {
            case UnknownServerEvent or RawClientEvent:
                Missing.Add($"{name}: the event");
                return;
            case MalformedServerEvent malformed:
                Missing.Add($"{name}: not read: {malformed.Reason}");
                return;
        }
        ObjectGraph graph = ObjectGraph.Of(value);
        foreach (string leftover in graph.Leftovers.Select(WithoutNumbers))
            Missing.Add($"{name}: {leftover}");
        foreach (Type type in graph.Types.Where(t => t.Name.StartsWith("Unknown", StringComparison.Ordinal) && t != typeof(UnknownFields)))
            Missing.Add($"{name}: something is only an {type.Name}");
    }

    private static string WithoutNumbers(string path) => string.Join('/', path.Split('/').Select(part => part.All(char.IsAsciiDigit) && part.Length > 0 ? "[]" : part));
}
