using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>Whether two pieces of JSON say the same: null is not absent, numbers count by value, the order of members does not count.</summary>
internal static class SameJson
{
    public static void Assert(JsonElement expected, byte[] actual, string? about = null)
    {
        List<string> differences = [];
        JsonElement read = JsonElement.Parse(actual);
        Compare(expected, read, "", differences);
        if (differences.Count > 0)
            Xunit.Assert.Fail($"{about}\n{string.Join('\n', differences)}\nexpected {Short(expected)}\nwritten  {Short(read)}");
    }

    public static bool Are(JsonElement left, JsonElement right)
    {
        List<string> differences = [];
        Compare(left, right, "", differences);
        return differences.Count == 0;
    }

    private static void Compare(JsonElement expected, JsonElement actual, string at, List<string> differences)
    {
        if (expected.ValueKind != actual.ValueKind)
        {
            differences.Add($"{at}: {Short(expected)} became {Short(actual)}");
            return;
        }
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                CompareMembers(expected, actual, at, differences);
                break;
            case JsonValueKind.Array:
                if (expected.GetArrayLength() != actual.GetArrayLength())
                    differences.Add($"{at}: {expected.GetArrayLength()} elements became {actual.GetArrayLength()}");
                foreach ((int index, (JsonElement e, JsonElement a)) in expected.EnumerateArray().Zip(actual.EnumerateArray()).Index())
                    Compare(e, a, $"{at}/{index}", differences);
                break;
            case JsonValueKind.Number when expected.GetRawText() != actual.GetRawText() && expected.GetDecimal() != actual.GetDecimal():
            case JsonValueKind.String when expected.GetString() != actual.GetString():
                differences.Add($"{at}: {Short(expected)} became {Short(actual)}");
                break;
        }
    }

    private static void CompareMembers(JsonElement expected, JsonElement actual, string at, List<string> differences)
    {
        foreach (JsonProperty member in expected.EnumerateObject())
        {
            if (actual.TryGetProperty(member.Name, out JsonElement other))
                Compare(member.Value, other, $"{at}/{member.Name}", differences);
            else
                differences.Add($"{at}/{member.Name}: {Short(member.Value)} is lost");
        }
        foreach (IGrouping<string, JsonProperty> members in actual.EnumerateObject().GroupBy(m => m.Name))
        {
            if (!expected.TryGetProperty(members.Key, out _))
                differences.Add($"{at}/{members.Key}: {Short(members.First().Value)} is new");
            if (members.Count() > 1)
                differences.Add($"{at}/{members.Key}: written {members.Count()} times");
        }
    }

    private static string Short(JsonElement json)
    {
        string text = json.ValueKind == JsonValueKind.Undefined ? "nothing" : json.GetRawText();
        return text.Length > 1500 ? text[..1500] + "…" : text;
    }
}
