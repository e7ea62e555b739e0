using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Events;

namespace VoiceChatSamples;

/// <summary>The agent of both samples: a clock, dice, and a note pad that asks before something is written on it.</summary>
internal static class Assistant
{
    public const string Instructions =
        "You are a friendly voice assistant. You have a clock, dice and a note pad, and use them rather than guess. Answer in one or two short sentences, in the user's language.";

    private const int MostDice = 20;
    private const int MostSides = 1_000;

    /// <param name="session">Model, voice, instructions and the rest.</param>
    /// <param name="notes">The note pad.</param>
    /// <param name="time">The clock.</param>
    public static VoiceAgent Create(RealtimeSessionConfig session, NotePad notes, TimeProvider time) => new()
    {
        Session = session,
        Tools =
        [
            Clock(time),
            AIFunctionFactory.Create(Roll, "dice", "Rolls dice and says what each shows."),
            AIFunctionFactory.Create(notes.Read, "read_notes", "Reads the note pad."),
            new ApprovalRequiredAIFunction(AIFunctionFactory.Create(notes.Write, "write_note", "Writes a line on the note pad.")),
        ],
    };

    /// <summary>The clock alone, for an agent that has nobody to ask.</summary>
    public static AIFunction Clock(TimeProvider time) => AIFunctionFactory.Create(
        () => time.GetLocalNow().ToString("dddd, d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture), "clock", "The date and the time of day where the program runs.");

    private static string Roll([Description("How many dice.")] int count = 1, [Description("How many sides each has.")] int sides = 6) =>
        count is < 1 or > MostDice || sides is < 2 or > MostSides
            ? $"There are 1 to {MostDice} dice with 2 to {MostSides} sides."
            : string.Join(", ", Enumerable.Range(0, count).Select(_ => RandomNumberGenerator.GetInt32(1, sides + 1)));
}

/// <summary>Notes, as long as the conversation lasts. Thread-safe.</summary>
internal sealed class NotePad
{
    private const int MostNotes = 100;
    private const int LongestNote = 500;

    private readonly Lock _lock = new();
    private readonly List<string> _notes = [];

    public string Write([Description("What is to be remembered.")] string text)
    {
        lock (_lock)
        {
            if (_notes.Count >= MostNotes || text.Length > LongestNote)
                return "The note pad is full, or the note is too long.";
            _notes.Add(text);
            return "Noted.";
        }
    }

    public string Read()
    {
        lock (_lock)
            return _notes.Count == 0 ? "The note pad is empty." : string.Join('\n', _notes);
    }
}
