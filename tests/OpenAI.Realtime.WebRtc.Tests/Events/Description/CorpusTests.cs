using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>Messages that broke something, or look as if they might. A file's name begins with the type that it has to become, up to the first dot.</summary>
public sealed class CorpusTests
{
    private static readonly Dictionary<string, byte[]> Files = PublishedDescription.Resources("Corpus/").ToDictionary(f => f.Name, f => f.Content);

    public static TheoryData<string> All => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void A_hostile_message_becomes_what_its_file_says(string file)
    {
        foreach (RealtimeDialect dialect in Enum.GetValues<RealtimeDialect>())
        {
            ServerEvent read = ServerEvent.Read(Files[file], dialect);
            Assert.Equal(file.Split('.')[0], read.GetType().Name);
            Assert.NotNull(read.ToString());
            Assert.True(read.Equals(ServerEvent.Read(Files[file], dialect)), "Two readings differ");
            Assert.NotNull(read.ToUtf8Json(dialect));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_hostile_message_is_no_trouble_as_an_event_of_a_client_s_either(string file)
    {
        foreach (RealtimeDialect dialect in Enum.GetValues<RealtimeDialect>())
        {
            if (ClientEvent.TryRead(Files[file], dialect, out ClientEvent? read, out string? reason))
                Assert.NotNull(read.ToUtf8Json(dialect));
            else
                Assert.False(string.IsNullOrEmpty(reason));
        }
    }
}
