using System.Text;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

public sealed class ValueRangeTests
{
    [Fact]
    public void Fractions_of_a_millisecond_are_kept()
    {
        const string Json = """{"type":"conversation.item.truncate","item_id":"i","content_index":0,"audio_end_ms":1234.5}""";
        Assert.True(ClientEvent.TryRead(Encoding.UTF8.GetBytes(Json), RealtimeDialect.Ga, out ClientEvent? read, out _));
        Assert.Contains("1234.5", Encoding.UTF8.GetString(read.ToUtf8Json()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void A_share_to_retain_lies_between_0_and_1(double ratio) => Assert.Throws<ArgumentOutOfRangeException>(() => Truncation.Retain(ratio));
}
