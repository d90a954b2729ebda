// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// The bytes that are signed: a tag of 16 bytes that differs for every kind of statement, the chain, the epoch, then every
/// field. A bare hash is never signed, so a signature cannot be moved to another view, epoch, chain or kind.
/// </summary>
public static class Statement
{
    /// <summary>Upper bound of all statements in bytes.</summary>
    public const int MaxSize = 16 + 32 + 8 + 8 + 32 + 32 + 32 + 32;

    /// <summary>"I vote for the block of this view."</summary>
    public static ReadOnlySpan<byte> Vote(Span<byte> buffer, scoped in Hash256 chain, ulong epoch, ulong view, scoped in Hash256 block) =>
        BlockStatement(buffer, "FLC1/vote\0\0\0\0\0\0\0"u8, chain, epoch, view, block);

    /// <summary>"I saw this block certified and have not left its view."</summary>
    public static ReadOnlySpan<byte> Finalize(Span<byte> buffer, scoped in Hash256 chain, ulong epoch, ulong view, scoped in Hash256 block) =>
        BlockStatement(buffer, "FLC1/fin\0\0\0\0\0\0\0\0"u8, chain, epoch, view, block);

    /// <summary>"I leave this view; my highest certificate is of <paramref name="highQcView"/>."</summary>
    public static ReadOnlySpan<byte> Timeout(Span<byte> buffer, scoped in Hash256 chain, ulong epoch, ulong view, ulong highQcView)
    {
        var writer = Begin(buffer, "FLC1/timeout\0\0\0\0"u8, chain, epoch);
        writer.U64(view);
        writer.U64(highQcView);
        return writer.Written;
    }

    /// <summary>"Executing up to this height gave these roots."</summary>
    public static ReadOnlySpan<byte> State(Span<byte> buffer, scoped in Hash256 chain, ulong epoch, scoped in StateCommitment commitment)
    {
        var writer = Begin(buffer, "FLC1/state\0\0\0\0\0\0"u8, chain, epoch);
        commitment.Write(ref writer);
        return writer.Written;
    }

    /// <summary>"I am the author of this batch."</summary>
    public static ReadOnlySpan<byte> Batch(Span<byte> buffer, scoped in Hash256 chain, ulong epoch, scoped in BatchReference batch)
    {
        var writer = Begin(buffer, "FLC1/batch\0\0\0\0\0\0"u8, chain, epoch);
        batch.Write(ref writer);
        return writer.Written;
    }

    /// <summary>"I store this batch durably."</summary>
    public static ReadOnlySpan<byte> Availability(Span<byte> buffer, scoped in Hash256 chain, ulong epoch, scoped in BatchReference batch)
    {
        var writer = Begin(buffer, "FLC1/poa\0\0\0\0\0\0\0\0"u8, chain, epoch);
        batch.Write(ref writer);
        return writer.Written;
    }

    private static ReadOnlySpan<byte> BlockStatement(
        Span<byte> buffer, scoped ReadOnlySpan<byte> tag, scoped in Hash256 chain, ulong epoch, ulong view, scoped in Hash256 block)
    {
        var writer = Begin(buffer, tag, chain, epoch);
        writer.U64(view);
        writer.Hash(block);
        return writer.Written;
    }

    private static FrameWriter Begin(Span<byte> buffer, scoped ReadOnlySpan<byte> tag, scoped in Hash256 chain, ulong epoch)
    {
        Invariant.Check(tag.Length == 16);
        var writer = new FrameWriter(buffer);
        writer.Bytes(tag);
        writer.Hash(chain);
        writer.U64(epoch);
        return writer;
    }
}
