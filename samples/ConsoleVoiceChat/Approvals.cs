using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc.Agents;

namespace ConsoleVoiceChat;

/// <summary>
/// Asks at the keyboard whether a tool may be called: y for yes, a for always, n for no. Where standard input is not a terminal the letters are read from there; where it is the microphone, or has ended, nobody
/// can be asked, and what asks is refused.
/// </summary>
internal sealed class Approvals : IDisposable
{
    private readonly VoiceConversation _talk;
    private readonly IDisplay _display;
    private readonly bool _isMicrophone;
    private readonly Lock _lock = new();
    private Thread? _reader;
    private bool _isOver;

    public Approvals(VoiceConversation talk, IDisplay display, bool isMicrophone) => (_talk, _display, _isMicrophone) = (talk, display, isMicrophone);

    /// <summary>Asks; the conversation goes on meanwhile.</summary>
    public void Ask(ApprovalRequest request)
    {
        lock (_lock)
        {
            if (_isMicrophone || _isOver)
            {
                Refuse(request);
                return;
            }

            _display.ShowNote($"may it call {request.ToolName}({request.Arguments})? y, n, or a for always");
            if (_reader is not null)
                return;
            _reader = new Thread(Read) { IsBackground = true, Name = "approvals" };      // nothing ends a read of the keyboard: it ends with the process
            _reader.Start();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _isOver = true;
    }

    private void Read()
    {
        while (Next() is { } key)
        {
            lock (_lock)
            {
                if (_isOver)
                    return;
                if (_talk.PendingApprovals is not [var asked, ..])
                    continue;
                if (key is 'y' or 'a')
                    _talk.Approve(asked, always: key == 'a');
                else if (key == 'n')
                    _talk.Refuse(asked, "The user said no.");
            }
        }

        lock (_lock)
        {
            _isOver = true;
            foreach (ApprovalRequest left in _talk.PendingApprovals)
                Refuse(left);
        }
    }

    private static char? Next()
    {
        if (!Console.IsInputRedirected)
            return char.ToLowerInvariant(Console.ReadKey(intercept: true).KeyChar);
        int read = Console.In.Read();
        return read < 0 ? null : char.ToLowerInvariant((char)read);
    }

    private void Refuse(ApprovalRequest request)
    {
        _display.ShowNote($"refused {request.ToolName}: nobody can be asked");
        _talk.Refuse(request, "Nobody can be asked.");
    }
}
