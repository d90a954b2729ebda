// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Applications.Patterns;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Applications.Running;

/// <summary>A document proof together with what its verifier trusts.</summary>
/// <param name="Bytes">The proof as a file.</param>
/// <param name="StateProof">The state proof inside it.</param>
/// <param name="ChainId">The ledger.</param>
/// <param name="StateRoot">The state root that the state proof leads to.</param>
/// <param name="Anchor">What the verifier trusts.</param>
internal sealed record LedgerProof(byte[] Bytes, byte[] StateProof, Hash256 ChainId, Hash256 StateRoot, StateAnchor Anchor)
{
    /// <summary>Hashes from the record to the root of its table.</summary>
    public int PathLength => BinaryPrimitives.ReadUInt16LittleEndian(StateProof.AsSpan(24));

    /// <summary>Judges a document by nothing but the proof and what is trusted.</summary>
    public DocumentFinding Judge(byte[] document) => DocumentProof.Judge(Notary.Digest(document), Bytes, ChainId, Anchor);

    /// <summary>Are these all events of the object that is proved?</summary>
    public bool IsHistory(ReadOnlySpan<LedgerEvent> events) =>
        Protocol.Proofs.StateProof.Verify(StateProof, StateRoot, out uint table, out _, out ReadOnlySpan<byte> record)
        && table == ObjectView.Table && new ObjectView(record).IsHistory(events);
}
