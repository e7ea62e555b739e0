namespace MeetingNotes;

/// <summary>What the command line asks for.</summary>
/// <param name="Recording">A WAV file, or <c>-</c> for raw samples at standard input.</param>
/// <param name="To">The language to translate into; null for none.</param>
/// <param name="From">The language that is spoken; null when the service is to find out.</param>
/// <param name="Endpoint">The API's base; null for the endpoint inside this program.</param>
/// <param name="ApiKey">The key; null with the endpoint inside this program.</param>
/// <param name="Wait">How long the last words are waited for when the recording has ended.</param>
internal sealed record Settings(string Recording, string? To, string? From, Uri? Endpoint, string? ApiKey, TimeSpan Wait);
