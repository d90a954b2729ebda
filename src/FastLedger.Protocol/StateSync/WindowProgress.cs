// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>
/// How far the windows of a state are fetched: each from its newest chunk back, because every link verifies the one before it; many side by
/// side.
/// </summary>
/// <remarks>Thread: one at a time. Alloc: at construction.</remarks>
internal sealed class WindowProgress
{
    private readonly Window[] _windows;
    private readonly Dictionary<uint, int> _bySession = [];
    private int _cursor;

    public WindowProgress(IReadOnlyList<SessionWindow> windows)
    {
        _windows = new Window[windows.Count];
        for (int i = 0; i < _windows.Length; i++)
        {
            (ulong first, ulong end) = StateGeometry.LinksOf(windows[i].Count);
            ulong oldest = first / StateGeometry.LinksPerChunk, newest = (end - 1) / StateGeometry.LinksPerChunk;
            _windows[i] = new Window { Of = windows[i], Chunk = newest, Left = newest - oldest + 1, Expected = windows[i].Root };
            _bySession[windows[i].Session] = i;
            Total += newest - oldest + 1;
        }
    }

    /// <summary>Chunks of all windows.</summary>
    public ulong Total { get; }

    /// <summary>Chunks verified.</summary>
    public ulong Written { get; private set; }

    /// <summary>The session of a window.</summary>
    public uint SessionOf(int window) => _windows[window].Of.Session;

    /// <summary>Finds the window of a session.</summary>
    public bool TryFind(uint session, out int window) => _bySession.TryGetValue(session, out window);

    /// <summary>Is it the chunk that the window waits for?</summary>
    public bool IsAwaited(int window, ulong chunk) => _windows[window].Left > 0 && _windows[window].Chunk == chunk;

    /// <summary>The first link that a window retains.</summary>
    public ulong FirstLinkOf(int window) => StateGeometry.LinksOf(_windows[window].Of.Count).First;

    /// <summary>Takes the next chunk of a window that waits for none.</summary>
    public bool TryTake(out int window, out ulong chunk)
    {
        for (int i = 0; i < _windows.Length; i++, _cursor++)
        {
            if (_cursor >= _windows.Length) _cursor = 0;
            ref Window next = ref _windows[_cursor];
            if (next.IsTaken || next.Left == 0) continue;
            next.IsTaken = true;
            (window, chunk) = (_cursor++, next.Chunk);
            return true;
        }

        (window, chunk) = (0, 0);
        return false;
    }

    /// <summary>The chunk has to be asked for again, if it is still missing.</summary>
    public void GiveBack(int window, ulong chunk)
    {
        if (!IsDone(window, chunk)) _windows[window].IsTaken = false;
    }

    /// <summary>Was the chunk verified?</summary>
    public bool IsDone(int window, ulong chunk) => _windows[window].Left == 0 || chunk > _windows[window].Chunk;

    /// <summary>Are these the links of the chunk that the window waits for? If so, it waits for the one before.</summary>
    public bool TryAccept(int window, ulong chunk, ReadOnlySpan<byte> links)
    {
        ref Window waiting = ref _windows[window];
        Invariant.Check(!IsDone(window, chunk));
        (ulong first, ulong end) = StateGeometry.LinksOf(waiting.Of.Count, chunk);
        if (links.Length != (long)(end - first) * LinkChain.LinkBytes) return false;
        Hash256 expected = waiting.Expected;
        for (ulong link = end; link > first; link--)
        {
            ReadOnlySpan<byte> bytes = links.Slice((int)(link - 1 - first) * LinkChain.LinkBytes, LinkChain.LinkBytes);
            int filled = (int)Math.Min(waiting.Of.Count - ((link - 1) * LinkChain.LinkLength), LinkChain.LinkLength);
            if (LinkChain.DigestOf(bytes, filled) != expected || !LinkChain.IsClearBehind(bytes, filled)) return false;
            expected = LinkChain.PreviousOf(bytes);
        }

        waiting.Expected = expected;
        waiting.Left--;
        waiting.Chunk = waiting.Left == 0 ? waiting.Chunk : chunk - 1;
        waiting.IsTaken = false;
        Written++;
        return true;
    }

    private struct Window
    {
        public SessionWindow Of;
        public ulong Chunk;
        public ulong Left;
        public Hash256 Expected;
        public bool IsTaken;
    }
}
