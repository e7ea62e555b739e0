using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>The open streams of a peer, each with what has come of its next frame.</summary>
internal sealed class PeerStreams
{
    /// <summary>How many are kept: a stranger who has seen our name fragment may open some, too.</summary>
    public const int MaxCount = 16;

    private readonly List<(TransportPath Path, StreamFrames Frames)> _open = [];
    private readonly Queue<TransportPath> _disconnects = new();

    public bool TryTakeDisconnect(out TransportPath path) => _disconnects.TryDequeue(out path);

    /// <summary>Adds a stream. When there are too many, the oldest goes on which no check has passed; when there is none, the new one.</summary>
    public void Add(in TransportPath path, IceSessions ice)
    {
        Remove(path);
        if (_open.Count == MaxCount)
        {
            int useless = _open.FindIndex(s => !ice.IsValidatedSource(s.Path) && s.Path.Local.Port != 0);
            if (useless < 0)
            {
                _disconnects.Enqueue(path);
                return;
            }

            Disconnect(_open[useless].Path);
        }

        _open.Add((path, new StreamFrames()));
    }

    public StreamFrames? Find(in TransportPath path)
    {
        foreach ((TransportPath open, StreamFrames frames) in _open)
        {
            if (open == path)
                return frames;
        }

        return null;
    }

    public void Remove(TransportPath path) => _open.RemoveAll(s => s.Path == path);

    /// <summary>Forgets a stream and has the driver close it.</summary>
    public void Disconnect(in TransportPath path)
    {
        Remove(path);
        _disconnects.Enqueue(path);
    }

    public void Clear()
    {
        _open.Clear();
        _disconnects.Clear();
    }
}
