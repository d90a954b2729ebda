// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Objects;

/// <summary>A thing on record: a title, a certificate, a lot, a ticket. The layout is part of object proofs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct ObjectRecord
{
    [FieldOffset(0)] public UInt128 ExternalId;
    [FieldOffset(16)] public uint Class;
    /// <summary>0 … 15.</summary>
    [FieldOffset(20)] public uint State;
    /// <summary>Policy of the owner.</summary>
    [FieldOffset(24)] public uint Owner;
    /// <summary>Policy of the second party; 0 for none.</summary>
    [FieldOffset(28)] public uint Counterparty;
    /// <summary>Hash of the document.</summary>
    [FieldOffset(32)] public Hash256 Content;
    /// <summary>Digest of all its events: BLAKE3 of the digest before and the event, from zero.</summary>
    [FieldOffset(64)] public Hash256 History;
    [FieldOffset(96)] public ulong Parent0;
    [FieldOffset(104)] public ulong Parent1;
    [FieldOffset(112)] public long ValidFromNs;
    /// <summary>0 for no end.</summary>
    [FieldOffset(120)] public long ValidToNs;
    /// <summary>Events so far.</summary>
    [FieldOffset(128)] public ulong Version;
    [FieldOffset(136)] public ulong Value;
    [FieldOffset(144)] public ulong UserData64;
    /// <summary>Policy of the holder of the lien; 0 for none.</summary>
    [FieldOffset(152)] public uint LienHolder;
    /// <summary>Policy for which a correct Merkle path approves; 0 when the class is not provable.</summary>
    [FieldOffset(156)] public uint ProofPolicy;
    [FieldOffset(160)] public ulong LienAmount;
    [FieldOffset(168)] public ulong LastEvent;
    /// <summary>Block time of the last proof, or of the creation.</summary>
    [FieldOffset(176)] public long ProvedNs;
    /// <summary>Ledger sequence of the creation.</summary>
    [FieldOffset(184)] public ulong CreatedSequence;
    /// <summary>State root before the block of the last proof or of the creation: where the next challenge comes from.</summary>
    [FieldOffset(192)] public Hash256 Seed;
    /// <summary>1 while the ledger waits for the end of its validity.</summary>
    [FieldOffset(224)] public uint AwaitsExpiry;
    [FieldOffset(228)] public uint Reserved0;
    [FieldOffset(232)] public ulong Reserved1;
    [FieldOffset(240)] public UInt128 Reserved2;

    /// <summary>Does its validity include this block time?</summary>
    public readonly bool IsValidAt(long timeNs) => timeNs >= ValidFromNs && (ValidToNs == 0 || timeNs < ValidToNs);
}
