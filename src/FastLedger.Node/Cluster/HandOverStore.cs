// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Cluster;

/// <summary>
/// The hand-overs of all epochs that ended, a small file each: what clients and auditors need to follow the validators from the genesis on.
/// They outlive the journal's old segments.
/// </summary>
/// <remarks>Thread: any, under a lock. Alloc: per epoch. Blocks: on the disk, once per epoch.</remarks>
internal sealed class HandOverStore
{
    /// <summary>Its folder in a data directory.</summary>
    public const string FolderName = "handovers";

    private readonly string _directory;
    private readonly List<byte[]> _handOvers = [];
    private readonly object _lock = new();

    /// <summary>Reads what is there, up to the first gap.</summary>
    public HandOverStore(string directory)
    {
        _directory = directory;
        for (ulong epoch = 1; File.Exists(PathOf(epoch)); epoch++)
        {
            byte[] handOver = File.ReadAllBytes(PathOf(epoch));
            if (HandOver.EpochOf(handOver) != epoch) break; // torn by a crash: the journal has it
            _handOvers.Add(handOver);
        }
    }

    /// <summary>The epoch that the newest hand-over leads to; 1 without any.</summary>
    public ulong NewestEpoch
    {
        get
        {
            lock (_lock) return (ulong)_handOvers.Count + 1;
        }
    }

    /// <summary>The hand-over that ended an epoch; empty when it is not here.</summary>
    public ReadOnlyMemory<byte> Of(ulong epoch)
    {
        lock (_lock) return epoch - 1 < (ulong)_handOvers.Count ? _handOvers[(int)(epoch - 1)] : default;
    }

    /// <summary>All hand-overs, by ascending epoch.</summary>
    public IReadOnlyList<byte[]> All
    {
        get
        {
            lock (_lock) return [.. _handOvers];
        }
    }

    /// <summary>Keeps the hand-over in an epoch change; one that is here already, or that leaves a gap, is passed over.</summary>
    /// <param name="epochChange">An encoded <see cref="EpochChangeMessage"/> that the core made or verified; may be empty.</param>
    /// <param name="validatorCount">Validators of the epoch that ended.</param>
    public void Add(ReadOnlySpan<byte> epochChange, int validatorCount)
    {
        if (!EpochChangeMessage.TryRead(epochChange, out EpochChangeMessage change) || change.Epoch != NewestEpoch
            || !StateCertificateMessage.TryRead(change.StateCertificate, validatorCount, out StateCertificateMessage certificate)) return;
        Add(HandOver.Write(BodyOf(certificate), change.NextSet));
    }

    /// <summary>Keeps a hand-over that was verified; one that is here already, or that leaves a gap, is passed over.</summary>
    /// <param name="handOver">See <see cref="HandOver"/>.</param>
    /// <exception cref="IOException">The device failed.</exception>
    public void Add(byte[] handOver)
    {
        lock (_lock)
        {
            if (HandOver.EpochOf(handOver) != (ulong)_handOvers.Count + 1) return;
            Directory.CreateDirectory(_directory);
            using (FileStream file = new(PathOf((ulong)_handOvers.Count + 1), FileMode.Create, FileAccess.Write))
            {
                file.Write(handOver);
                file.Flush(flushToDisk: true);
            }

            _handOvers.Add(handOver);
        }
    }

    /// <summary>A certificate as the body of a StateCertificate message.</summary>
    internal static byte[] BodyOf(in StateCertificateMessage certificate)
    {
        int signers = SignerSet.Count(certificate.Signers), headBytes = Unsafe.SizeOf<StateCertificateHead>();
        byte[] body = new byte[headBytes + GroupHead.Size + certificate.Signatures.Length];
        StateCommitment commitment = certificate.Commitment;
        MemoryMarshal.Write(body, new StateCertificateHead
        {
            Epoch = certificate.Epoch,
            Height = commitment.Height,
            BlockId = commitment.BlockId,
            StateRoot = commitment.StateRoot,
            ReceiptsRoot = commitment.ReceiptsRoot,
            NextSetDigest = commitment.NextSetDigest,
            Signers = certificate.Signers,
        });
        MemoryMarshal.Write(body.AsSpan(headBytes), new GroupHead { BlockLength = (ushort)Unsafe.SizeOf<CertificateSignature>(), NumInGroup = (ushort)signers });
        certificate.Signatures.CopyTo(body.AsSpan(headBytes + GroupHead.Size));
        return body;
    }

    private string PathOf(ulong epoch) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"epoch-{epoch:d10}.handover"));
}
