// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>Who signed what in one view; at most eight blocks are told apart.</summary>
internal sealed class ViewRecord
{
    private readonly Hash256[] _blocks = new Hash256[8];
    private readonly UInt128[] _votes = new UInt128[8];
    private readonly UInt128[] _finals = new UInt128[8];
    private int _count;

    public void Clear()
    {
        _count = 0;
        Array.Clear(_votes);
        Array.Clear(_finals);
    }

    /// <summary>Adds a signer and returns all signers of the same statement.</summary>
    public UInt128 Add(in Hash256 block, int node, bool finalize)
    {
        int index = 0;
        while (index < _count && _blocks[index] != block) index++;
        if (index == _count)
        {
            if (_count == _blocks.Length) return 0;
            _blocks[_count++] = block;
        }

        ref UInt128 mask = ref finalize ? ref _finals[index] : ref _votes[index];
        mask |= UInt128.One << node;
        return mask;
    }
}
