// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Net;
using FastLedger.Domain;
using FastLedger.Domain.Validators;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

/// <summary>One node as the state knows it.</summary>
/// <param name="Node">Node number.</param>
/// <param name="Key">Key in the present epoch; of a former validator the last one; zero of one that only joins.</param>
/// <param name="NextKey">Key from the next epoch on; zero when nothing changes for the node, or it leaves.</param>
/// <param name="EndPoint">Where peers reach it; null when only their settings know.</param>
/// <param name="State">What it is in the present epoch.</param>
/// <param name="Change">What waits for the end of the epoch.</param>
internal sealed record PlannedValidator(int Node, Hash256 Key, Hash256 NextKey, IPEndPoint? EndPoint, ValidatorState State, ValidatorChange Change);

/// <summary>Who validates now and next, copied out of the state after a block that changed it.</summary>
/// <remarks>Immutable. Thread: made by whoever owns the state, read by any.</remarks>
internal sealed class ValidatorPlan
{
    private ValidatorPlan(ulong epoch, IReadOnlyList<PlannedValidator> nodes, byte[] nextSet)
    {
        Epoch = epoch;
        Nodes = nodes;
        NextSet = nextSet;
    }

    /// <summary>The epoch of the state: one above the core's between the last block of an epoch and its certificate.</summary>
    public ulong Epoch { get; }

    /// <summary>Validators of the present and the next epoch, and those that left last.</summary>
    public IReadOnlyList<PlannedValidator> Nodes { get; }

    /// <summary>The encoded set of the next epoch; empty while no change waits.</summary>
    public byte[] NextSet { get; }

    /// <summary>Copies the plan out of a ledger.</summary>
    public static ValidatorPlan Of(Ledger ledger)
    {
        ValidatorTable table = ledger.Validators;
        var nodes = new List<PlannedValidator>();
        for (int node = 0; node < ValidatorTable.MaxCount; node++)
        {
            ValidatorRecord record = table.Node(node);
            if (record.State == ValidatorState.None && record.Change == ValidatorChange.None) continue;
            bool joins = record.Change == ValidatorChange.Joins;
            nodes.Add(new PlannedValidator(
                node, record.Key, record.NextKey, joins ? EndPointOf(record.NextAddress, record.NextPort) : EndPointOf(record.Address, record.Port), record.State, record.Change));
        }

        if (!table.IsChanging) return new ValidatorPlan(table.Epoch, nodes, []);
        byte[] set = new byte[ValidatorTable.MaxSetBytes];
        return new ValidatorPlan(table.Epoch, nodes, set[..table.WriteSet(set, next: true)]);
    }

    /// <summary>Is this the plan of the ledger's state?</summary>
    public bool IsOf(Ledger ledger) => Epoch == ledger.Validators.Epoch && NextSet.Length > 0 == ledger.Validators.IsChanging;

    private static IPEndPoint? EndPointOf(UInt128 address, ushort port)
    {
        if (port == 0) return null;
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, address);
        var parsed = new IPAddress(bytes);
        return new IPEndPoint(parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed, port);
    }
}
