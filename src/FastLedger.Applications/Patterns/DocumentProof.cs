// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Applications.Patterns;

/// <summary>
/// The proof that goes with a document, as a file: whoever has both, and trusts a genesis or a state root, needs nothing else. All integers are
/// little-endian.
/// </summary>
/// <remarks>
/// <code>
/// 0      4         6        8              12                  16          48            48 + s
/// | FLDP | version | 0 (u16)| s (u32)      | c (u32)           | chain id  | state proof | certificate …
/// </code>
/// The state proof (s bytes) shows the object's record, see <see cref="StateProof"/>. The certificate (c bytes, 0 for none) is what the
/// validators signed about the state root. In front of the proof of a later epoch stands the chain of hand-overs that leads to its validators,
/// see <see cref="Protocol.Certificates.HandOver"/>.
/// </remarks>
public static class DocumentProof
{
    /// <summary>Version of the format.</summary>
    public const ushort Version = 1;

    /// <summary>State of objects that their issuer revoked.</summary>
    public const uint RevokedState = 15;

    private const int HeadBytes = 48;
    private const int MaxCertificateBytes = 1 << 14;

    private static ReadOnlySpan<byte> Magic => "FLDP"u8;

    /// <summary>Puts a proof together.</summary>
    /// <param name="chainId">The ledger.</param>
    /// <param name="stateProof">Proof of the object's record.</param>
    /// <param name="certificate">What vouches for the state root; empty for none.</param>
    public static byte[] Write(in Hash256 chainId, ReadOnlySpan<byte> stateProof, ReadOnlySpan<byte> certificate = default)
    {
        byte[] proof = new byte[HeadBytes + stateProof.Length + certificate.Length];
        Magic.CopyTo(proof);
        BinaryPrimitives.WriteUInt16LittleEndian(proof.AsSpan(4), Version);
        BinaryPrimitives.WriteInt32LittleEndian(proof.AsSpan(8), stateProof.Length);
        BinaryPrimitives.WriteInt32LittleEndian(proof.AsSpan(12), certificate.Length);
        chainId.Bytes.CopyTo(proof.AsSpan(16));
        stateProof.CopyTo(proof.AsSpan(HeadBytes));
        certificate.CopyTo(proof.AsSpan(HeadBytes + stateProof.Length));
        return proof;
    }

    /// <summary>Judges a document by its proof.</summary>
    /// <param name="document">Digest of the document; see <see cref="Notary.Digest"/>.</param>
    /// <param name="proof">Any bytes.</param>
    /// <param name="chainId">The ledger that the caller trusts.</param>
    /// <param name="anchor">What the caller trusts.</param>
    /// <param name="class">Class that the document must stand in; 0 for any.</param>
    public static DocumentFinding Judge(in Hash256 document, ReadOnlySpan<byte> proof, in Hash256 chainId, StateAnchor anchor, uint @class = 0)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        if (anchor.Follow(ref proof) is not { } trusted) return new DocumentFinding(DocumentStatus.Unknown, "The validators that vouch for the proof do not follow from the trusted ones.");
        if (!TryParse(proof, out ReadOnlySpan<byte> stateProof, out ReadOnlySpan<byte> certificate)) return Forged("The proof is no document proof, or was damaged.");
        if (new Hash256(proof.Slice(16, Hash256.Size)) != chainId) return new DocumentFinding(DocumentStatus.Unknown, "The proof is about another ledger.");
        if (trusted.RootOf(certificate) is not { } root) return new DocumentFinding(DocumentStatus.Unknown, "Nobody trusted vouches for the state that the proof is about.");
        if (!StateProof.Verify(stateProof, in root, out uint table, out ulong number, out ReadOnlySpan<byte> record)) return Forged("The proof does not lead to the state root.");
        if (table != ObjectView.Table || record.Length != ObjectView.RecordBytes) return new DocumentFinding(DocumentStatus.Unknown, "The proof is not about a document.");
        var view = new ObjectView(record);
        DocumentFinding Found(DocumentStatus status, string reason, in ObjectView of) => new(status, reason, number, of.Class, of.State, of.Version);
        if (view.Content != document) return Found(DocumentStatus.Forged, "The document is not the one on record.", view);
        if (@class != 0 && view.Class != @class) return Found(DocumentStatus.Unknown, "The document is on record, but in another class.", view);
        return view.State == RevokedState
            ? Found(DocumentStatus.Revoked, "The document is on record, and was revoked.", view)
            : Found(DocumentStatus.Valid, "The document is on record, unchanged and not revoked.", view);
    }

    private static DocumentFinding Forged(string reason) => new(DocumentStatus.Forged, reason);

    private static bool TryParse(ReadOnlySpan<byte> proof, out ReadOnlySpan<byte> stateProof, out ReadOnlySpan<byte> certificate)
    {
        stateProof = certificate = default;
        if (proof.Length < HeadBytes || !proof.StartsWith(Magic) || BinaryPrimitives.ReadUInt16LittleEndian(proof[4..]) != Version
            || BinaryPrimitives.ReadUInt16LittleEndian(proof[6..]) != 0) return false;
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(proof[8..]), second = BinaryPrimitives.ReadUInt32LittleEndian(proof[12..]);
        if (first > StateProof.MaxBytes || second > MaxCertificateBytes || proof.Length != HeadBytes + (int)first + (int)second) return false;
        stateProof = proof.Slice(HeadBytes, (int)first);
        certificate = proof[(HeadBytes + (int)first)..];
        return true;
    }
}
