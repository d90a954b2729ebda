// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Cryptography;

/// <summary>The digests by which others than the sender agree to a linked chain of commands.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static class ChainDigest
{
    /// <summary>What an endorsement signs: BLAKE3 over the digests of the chain's commands, in order, except the endorsements. It holds the
    /// commands' numbers, so it is good for one submission.</summary>
    public static Hash256 Endorsed(ReadOnlySpan<Command> chain)
    {
        var hasher = Blake3Hasher.Create();
        foreach (ref readonly Command command in chain)
            if (command.Opcode != Opcode.Endorse) hasher.Update(Hash(command).Bytes);
        return hasher.Finish();
    }

    /// <summary>What a proposal names: the same without the commands that enact it, and with all numbers 0.</summary>
    public static Hash256 Proposed(ReadOnlySpan<Command> chain)
    {
        var hasher = Blake3Hasher.Create();
        foreach (ref readonly Command command in chain)
        {
            if (command.Opcode is Opcode.Endorse or Opcode.Enact) continue;
            Command unnumbered = command;
            unnumbered.Number = 0;
            hasher.Update(Hash(unnumbered).Bytes);
        }

        return hasher.Finish();
    }

    private static Hash256 Hash(in Command command) => Blake3.Hash(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in command, 1)));
}
