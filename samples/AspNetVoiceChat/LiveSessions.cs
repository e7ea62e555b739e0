using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace AspNetVoiceChat;

/// <summary>
/// What a page's session of GPT-Live is: model and voice as the page chose them from the host's lists, to whom the voice model hands work over, and what the page's data channel may carry. All else is the host's; nearly all of it is
/// fixed once the session begins.
/// </summary>
internal static class LiveSessions
{
    /// <summary>To whom work may go: the page, a Responses model that has the page's tools called, or the page as the Decisions model decides.</summary>
    private static readonly string[] Delegations = ["client", "responses", "decisions"];

    /// <summary>The session for the page that asks.</summary>
    /// <exception cref="BadHttpRequestException">It asks for something that this host does not offer.</exception>
    public static LiveSessionConfig For(HttpContext context, ChatSettings settings)
    {
        string delegation = VoiceChatHost.Chosen(context, "delegation", Delegations);
        return new LiveSessionConfig
        {
            Model = VoiceChatHost.Chosen(context, "model", settings.LiveModels),
            Voice = VoiceChatHost.Chosen(context, "voice", settings.Voices),
            Instructions = $"{settings.Instructions} You have a clock, dice and a note pad: hand over whatever needs one of them, and do not guess.".TrimStart(),
            Delegation = delegation switch
            {
                "responses" => Responses(settings),
                "decisions" => Decisions(settings),
                _ => new LiveClientDelegation(),
            },
            Client = new LiveClientConfig { DataChannel = ChannelFor(delegation) },
        };
    }

    /// <summary>
    /// What the page's code uses, and no more: it cannot change the session, and is not told what the Responses model thinks. An order (<c>session.instructions.append</c>) is among it, since the page has a field for
    /// instructions and a button that interrupts; a host whose own instructions must hold leaves it out.
    /// </summary>
    private static LiveDataChannelConfig ChannelFor(string delegation) => new()
    {
        AllowedClientEvents = new LiveAllowedClientEvents(
        [
            "session.close", "session.instructions.append", "session.commentary.append",
            .. delegation switch
            {
                "responses" => (string[])["response.item.create", "response.create"],
                "client" => ["session.thinking.append"],
                _ => [],
            },
        ]),
        AllowedServerEvents = new LiveAllowedServerEvents(
        [
            "session.started", "session.closed", "session.usage.updated", "error", "info", "session.input_transcript.delta", "session.output_transcript.delta",
            "session.instructions.appended", "session.thinking.appended", "session.commentary.appended", "session.delegation.created",
            .. delegation switch
            {
                "responses" => (LiveServerEventSelector[])
                [
                    LiveServerEventSelector.Response("response.created"), LiveServerEventSelector.Response("response.output_item.done"), LiveServerEventSelector.Response("response.completed"),
                    LiveServerEventSelector.Response("response.failed"), LiveServerEventSelector.Response("response.incomplete"),
                ],
                "decisions" => ["decision.event"],
                _ => [],
            },
        ]),
    };

    /// <summary>A model at the service, which has the tools of the page called (<c>page-tools.js</c>).</summary>
    private static LiveResponsesDelegation Responses(ChatSettings settings) => new()
    {
        Responses = new LiveResponsesConfig
        {
            Model = settings.BackendModel,
            Instructions = "You do the work for a voice assistant. Answer in one or two plain sentences without markup: they are read out. Use the tools rather than guess.",
            Tools =
            [
                Tool("clock", "The date and the time of day where the user is."),
                Tool("dice", "Rolls dice and says what each shows.", """{"count":{"type":"integer","description":"How many dice."},"sides":{"type":"integer","description":"How many sides each has."}}"""),
                Tool("read_notes", "Reads the note pad."),
                Tool("write_note", "Writes a line on the note pad, if the user agrees.", """{"text":{"type":"string","description":"What is to be remembered."}}""", "\"text\""),
            ],
        },
    };

    /// <summary>A model that says which of the page's tools is wanted.</summary>
    private static LiveDecisionsDelegation Decisions(ChatSettings settings) => new()
    {
        Decisions = new LiveDecisionsConfig
        {
            Model = settings.DecisionsModel,
            Questions =
            [
                LiveDecisionQuestion.Choice("What does the user want to be done now?",
                [
                    Choice("clock", "to know the time or the date"), Choice("dice", "to have dice rolled"), Choice("read_notes", "to hear the notes"), Choice("end", "to end the conversation"), Choice("nothing", "none of these"),
                ], "wanted"),
            ],
        },
    };

    private static LiveFunctionTool Tool(string name, string description, string properties = "{}", string required = "") => new()
    {
        Name = name,
        Description = description,
        Parameters = RawJson.Parse($$"""{"type":"object","properties":{{properties}},"required":[{{required}}]}"""),
    };

    private static LiveDecisionChoice Choice(string value, string description) => new() { Value = RawJson.Parse($"\"{value}\""), Description = description };
}
