// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Pacing;

/// <summary>Who leads a view: a fixed order per epoch, each leader for a term of views. A pure function of the epoch's start.</summary>
/// <remarks>A wrong leader costs time, never safety: no rule of <see cref="Safety.SafetyRules"/> looks at leaders.</remarks>
public sealed class LeaderSchedule
{
    private byte[] _order = [];
    private int _length;
    private uint _termViews = 1;

    /// <summary>Takes an explicit order, which need not be a permutation.</summary>
    public void Set(ReadOnlySpan<byte> order, uint termViews)
    {
        Invariant.Check(!order.IsEmpty && termViews > 0);
        if (_order.Length < order.Length) _order = new byte[order.Length];
        order.CopyTo(_order);
        _length = order.Length;
        _termViews = termViews;
    }

    /// <summary>Shuffles the validators with the epoch's genesis id as seed (Fisher–Yates; 64-bit draws, so the bias is below 2⁻⁵⁷).</summary>
    public void Shuffle(ISignatureScheme scheme, in Hash256 seed, int validatorCount, uint termViews)
    {
        if (_order.Length < validatorCount) _order = new byte[ValidatorSet.MaxCount];
        for (int i = 0; i < validatorCount; i++) _order[i] = (byte)i;
        Hash256 draw = seed;
        for (int i = validatorCount - 1; i > 0; i--)
        {
            draw = scheme.Digest(draw.Bytes);
            int other = (int)(BinaryPrimitives.ReadUInt64LittleEndian(draw.Bytes) % (ulong)(i + 1));
            (_order[i], _order[other]) = (_order[other], _order[i]);
        }

        _length = validatorCount;
        _termViews = termViews;
    }

    /// <summary>Validator index of the leader of <paramref name="view"/> ≥ 1.</summary>
    public int Leader(ulong view) => _order[(int)((view - 1) / _termViews % (ulong)_length)];
}
