using OpenAI.Realtime.WebRtc.Packages.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

/// <summary>A program that is published self-contained and fully trimmed, with every warning of the trim and AOT analysis an error, still reads and writes every event.</summary>
[Collection(PublishCollection.Name)]
public sealed class TrimmedPublishTests(Published published)
{
    private const string Project = "tests/OpenAI.Realtime.WebRtc.Trimmed";
    private const string Examples = "tests/OpenAI.Realtime.WebRtc.Tests/Events/Description/examples.json";

    [Fact]
    public async Task A_trimmed_program_reads_and_writes_every_event()
    {
        string output = Directory.CreateTempSubdirectory("trimmed-").FullName;
        try
        {
            (await published.DotnetAsync(Project, output)).ShouldSucceedWithoutWarning();

            Command ran = await Command.RunAsync(
                Path.Combine(output, "OpenAI.Realtime.WebRtc.Trimmed"), output, TimeSpan.FromMinutes(2), null, Repository.PathOf(Examples));
            ran.ShouldSucceed();
            Assert.EndsWith(" 0 not", ran.Output.TrimEnd(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }
}
