// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;

namespace FastLedger.Consensus.Certificates;

/// <summary>The state votes of one height: one per voter.</summary>
/// <remarks>Thread: one. Alloc: at construction.</remarks>
public sealed class StateVoteSet(int capacity)
{
    private readonly StateCommitment[] _commitments = new StateCommitment[capacity];
    private readonly byte[] _signatures = new byte[capacity * ISignatureScheme.SignatureSize];

    public ulong Height { get; private set; }

    /// <summary>Voters whose vote is here.</summary>
    public UInt128 Voters { get; private set; }

    /// <summary>A certificate of this height is known.</summary>
    public bool Certified { get; set; }

    public void Reset(ulong height)
    {
        Height = height;
        Voters = 0;
        Certified = false;
    }

    public bool TryGet(int voter, out StateCommitment commitment, out ReadOnlySpan<byte> signature)
    {
        bool present = (Voters >> voter & 1) != 0;
        commitment = present ? _commitments[voter] : default;
        signature = present ? SignatureOf(voter) : default;
        return present;
    }

    /// <summary>Files a vote of a voter that has none here.</summary>
    /// <returns>The voters of the same commitment.</returns>
    public UInt128 Add(int voter, in StateCommitment commitment, ReadOnlySpan<byte> signature)
    {
        _commitments[voter] = commitment;
        signature.CopyTo(_signatures.AsSpan(voter * ISignatureScheme.SignatureSize));
        Voters |= UInt128.One << voter;
        UInt128 same = 0;
        for (UInt128 rest = Voters; rest != 0; rest &= rest - 1)
        {
            int other = SignerSet.First(rest);
            if (_commitments[other] == commitment) same |= UInt128.One << other;
        }

        return same;
    }

    /// <summary>Takes a vote out again.</summary>
    public void Remove(int voter) => Voters &= ~(UInt128.One << voter);

    /// <summary>Writes the certificate of <paramref name="signers"/>.</summary>
    public void WriteCertificate(ref FrameWriter writer, ulong epoch, in StateCommitment commitment, int validatorCount, UInt128 signers)
    {
        StateCertificateMessage.WriteHead(ref writer, epoch, commitment, validatorCount, signers);
        for (UInt128 rest = signers; rest != 0; rest &= rest - 1) writer.Bytes(SignatureOf(SignerSet.First(rest)));
    }

    public ReadOnlySpan<byte> SignatureOf(int voter) =>
        _signatures.AsSpan(voter * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize);
}
