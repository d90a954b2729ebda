// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Cryptography;
using FastLedger.Domain.Policies;
using FastLedger.Primitives;
using FastLedger.State;

namespace FastLedger.Domain.Validators;

/// <summary>
/// Who validates in the present epoch, and the one change that waits for its end: part of the state, so that a proof of it shows who the
/// validators of an epoch are. Epoch 1 is that of the genesis.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: no.</remarks>
public sealed class ValidatorTable
{
    /// <summary>Most validators, and one above the largest node number.</summary>
    public const int MaxCount = 128;

    /// <summary>Record of the set itself.</summary>
    public const uint SetRecord = 1;

    /// <summary>Record of the administrator.</summary>
    public const uint AdministratorRecord = 2;

    /// <summary>Bytes of one validator in an encoded set.</summary>
    public const int EntryBytes = 1 + Hash256.Size;

    /// <summary>Bytes of the longest encoded set.</summary>
    public const int MaxSetBytes = 2 + (MaxCount * EntryBytes);

    private const uint FirstNode = 3;

    /// <summary>Reserves the table.</summary>
    public ValidatorTable(Genesis genesis, UndoLog undo)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        Records = new Table<ValidatorRecord>(TableId.Validators, FirstNode + MaxCount, undo);
    }

    public Table<ValidatorRecord> Records { get; }

    /// <summary>The present epoch.</summary>
    public ulong Epoch => Set.Epoch;

    /// <summary>Present and next set.</summary>
    public ref readonly ValidatorRecord Set => ref Records[SetRecord];

    /// <summary>A change waits for the end of the epoch.</summary>
    public bool IsChanging => !Set.NextKey.IsZero;

    /// <summary>Somebody may change the set.</summary>
    public bool HasAdministrator => !Records[AdministratorRecord].Key.IsZero || Records[AdministratorRecord].Policy != 0;

    /// <summary>The record of a node, 0 … 127.</summary>
    public ref readonly ValidatorRecord Node(int node) => ref Records[NumberOf(node)];

    /// <summary>Number of a node's record.</summary>
    public static uint NumberOf(int node) => FirstNode + (uint)node;

    /// <summary>Policy that may change the set; 0 when none exists yet.</summary>
    public uint AdministratorPolicy(PolicyTables policies)
    {
        ref readonly ValidatorRecord record = ref Records[AdministratorRecord];
        return record.Policy != 0 ? record.Policy : policies.Find(record.Key);
    }

    /// <summary>Puts another policy in charge.</summary>
    public void AssignAdministrator(uint policy) => Records.Change(AdministratorRecord).Policy = policy;

    /// <summary>Writes a set as validators sign it: count, then node and key of each, by ascending node.</summary>
    /// <param name="destination">At least <see cref="MaxSetBytes"/>.</param>
    /// <param name="next">The set of the next epoch instead of the present one's.</param>
    /// <returns>Bytes written.</returns>
    public int WriteSet(Span<byte> destination, bool next)
    {
        int count = 0;
        for (int node = 0; node < MaxCount; node++)
        {
            ref readonly ValidatorRecord record = ref Node(node);
            bool isIn = next && record.Change != ValidatorChange.None ? record.Change != ValidatorChange.Leaves : record.State == ValidatorState.Member;
            if (!isIn) continue;
            Span<byte> entry = destination.Slice(2 + (count * EntryBytes), EntryBytes);
            entry[0] = (byte)node;
            (next && record.Change != ValidatorChange.None ? record.NextKey : record.Key).Bytes.CopyTo(entry[1..]);
            count++;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)count);
        return 2 + (count * EntryBytes);
    }

    /// <summary>Writes the records of the genesis. Once, into the empty table.</summary>
    internal void Found(Genesis genesis)
    {
        while (Records.Count < Records.Capacity) Invariant.Check(Records.Append() != 0);
        foreach (GenesisValidator validator in genesis.Validators)
        {
            ref ValidatorRecord record = ref Records.Change(NumberOf(validator.Node));
            record.Key = validator.Key;
            record.State = ValidatorState.Member;
            record.Epoch = 1;
        }

        Records.Change(AdministratorRecord).Key = genesis.AdministratorKey;
        ref ValidatorRecord set = ref Records.Change(SetRecord);
        set.Epoch = 1;
        set.Count = (ushort)genesis.Validators.Count;
        set.Key = DigestOf(next: false);
    }

    /// <summary>Keeps what waits for the end of the epoch; the node's record says what it is.</summary>
    internal void Announce(int count)
    {
        Hash256 digest = DigestOf(next: true);
        ref ValidatorRecord set = ref Records.Change(SetRecord);
        set.NextKey = digest;
        set.NextCount = (ushort)count;
    }

    /// <summary>The epoch ends with this block: what waited counts.</summary>
    internal void BeginEpoch()
    {
        Invariant.Check(IsChanging);
        ulong epoch = Epoch + 1;
        for (int node = 0; node < MaxCount; node++)
        {
            ref readonly ValidatorRecord seen = ref Node(node);
            if (seen.State == ValidatorState.Former && seen.Change == ValidatorChange.None) Records.Change(NumberOf(node)) = default;
            if (seen.Change != ValidatorChange.None) Apply(ref Records.Change(NumberOf(node)), epoch);
        }

        ref ValidatorRecord set = ref Records.Change(SetRecord);
        set.Epoch = epoch;
        set.Key = set.NextKey;
        set.Count = set.NextCount;
        set.NextKey = default;
        set.NextCount = 0;
    }

    private static void Apply(ref ValidatorRecord record, ulong epoch)
    {
        record.Epoch = epoch;
        if (record.Change == ValidatorChange.Leaves)
        {
            record.State = ValidatorState.Former;
        }
        else
        {
            record.State = ValidatorState.Member;
            (record.Key, record.Address, record.Port) = (record.NextKey, record.NextAddress, record.NextPort);
        }

        record.Change = ValidatorChange.None;
        (record.NextKey, record.NextAddress, record.NextPort) = (default, 0, 0);
    }

    private Hash256 DigestOf(bool next)
    {
        Span<byte> image = stackalloc byte[MaxSetBytes];
        return Blake3.Hash(image[..WriteSet(image, next)]);
    }
}
