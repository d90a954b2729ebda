// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation;

/// <summary>Messages in flight: counted references, memory reused.</summary>
public sealed class FramePool
{
    private byte[][] _frames = [];
    private int[] _lengths = [];
    private int[] _references = [];
    private int[] _free = [];
    private int _freeCount;

    /// <summary>Frames in flight.</summary>
    public int InUse => _frames.Length - _freeCount;

    public void Clear()
    {
        _freeCount = 0;
        for (int i = _frames.Length - 1; i >= 0; i--) _free[_freeCount++] = i;
    }

    /// <summary>Copies a message into a slot with one reference.</summary>
    public int Take(ReadOnlySpan<byte> message)
    {
        if (_freeCount == 0) Grow();
        int slot = _free[--_freeCount];
        if (_frames[slot].Length < message.Length) _frames[slot] = new byte[Math.Max(512, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)message.Length))];
        message.CopyTo(_frames[slot]);
        _lengths[slot] = message.Length;
        _references[slot] = 1;
        return slot;
    }

    public void Retain(int slot) => _references[slot]++;

    public void Release(int slot)
    {
        if (--_references[slot] == 0) _free[_freeCount++] = slot;
    }

    public ReadOnlySpan<byte> Bytes(int slot) => _frames[slot].AsSpan(0, _lengths[slot]);

    private void Grow()
    {
        int old = _frames.Length, size = Math.Max(256, 2 * old);
        Array.Resize(ref _frames, size);
        Array.Resize(ref _lengths, size);
        Array.Resize(ref _references, size);
        Array.Resize(ref _free, size);
        for (int i = size - 1; i >= old; i--)
        {
            _frames[i] = [];
            _free[_freeCount++] = i;
        }
    }
}
