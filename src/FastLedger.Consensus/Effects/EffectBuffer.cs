// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Effects;

/// <summary>The effects of one step, in order, with their bytes in one arena. Valid until the next step.</summary>
/// <remarks>Thread: one. Alloc: grows to the largest step it has held, then nothing.</remarks>
public sealed class EffectBuffer
{
    private Effect[] _effects = new Effect[64];
    private byte[] _arena = new byte[16 * 1024];
    private int _used;

    /// <summary>Number of effects.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all effects together.</summary>
    public int UsedBytes => _used;

    public ref readonly Effect this[int index] => ref _effects[index];

    /// <summary>The bytes of an effect.</summary>
    public ReadOnlySpan<byte> Bytes(in Effect effect) => _arena.AsSpan(effect.Offset, effect.Length);

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    /// <summary>Room to compose the bytes of the next effect in place.</summary>
    public FrameWriter Compose(int maxSize) => new(Room(maxSize));

    /// <summary>Room of exactly <paramref name="size"/> bytes at the place where the next effect's bytes go.</summary>
    public Span<byte> Room(int size)
    {
        if (_arena.Length - _used < size) Array.Resize(ref _arena, Math.Max(2 * _arena.Length, _used + size));
        return _arena.AsSpan(_used, size);
    }

    /// <summary>Adds an effect whose bytes were just composed.</summary>
    public void Add(EffectKind kind, UInt128 targets, ulong number, in Hash256 id, int length)
    {
        if (Count == _effects.Length) Array.Resize(ref _effects, 2 * _effects.Length);
        _effects[Count++] = new Effect(kind, targets, number, id, _used, length);
        _used += length;
    }

    public void Persist(int length) => Add(EffectKind.Persist, 0, 0, default, length);

    public void Note(int length) => Add(EffectKind.Note, 0, 0, default, length);

    public void Send(UInt128 targets, int length) => Add(EffectKind.Send, targets, 0, default, length);

    /// <summary>Adds an effect with a copy of <paramref name="bytes"/>, which must not lie in this buffer.</summary>
    public void AddCopy(EffectKind kind, UInt128 targets, ulong number, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Add(kind, targets, number, default, bytes.Length);
    }
}
