// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Agreements;
using FastLedger.Domain.Events;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Objects;

/// <summary>Classes and objects, and what finds them.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class ObjectTables : IDisposable
{
    /// <summary>Records per table, record 0 included.</summary>
    public const uint MaxClasses = 1 << 16, MaxObjects = 1 << 26;

    /// <summary>Reserves the tables.</summary>
    public ObjectTables(Genesis genesis, UndoLog undo, ulong secret)
    {
        Classes = new Table<ObjectClassRecord>(TableId.ObjectClasses, AgreementTables.Capacity(genesis, MaxClasses), undo);
        Objects = new Table<ObjectRecord>(TableId.Objects, AgreementTables.Capacity(genesis, MaxObjects), undo);
        ClassById = new IdIndex(undo, secret);
        ObjectById = new IdIndex(undo, secret);
        ObjectByContent = new IdIndex(undo, secret);
        _held = new IdIndex(undo, secret);
        Expiries = new ExpiryQueue(undo, (int)Objects.Capacity);
    }

    private readonly IdIndex _held;

    public Table<ObjectClassRecord> Classes { get; }

    public Table<ObjectRecord> Objects { get; }

    public IdIndex ClassById { get; }

    /// <summary>Objects by class and external id, see <see cref="Find"/>.</summary>
    public IdIndex ObjectById { get; }

    /// <summary>Objects of classes with unique content by class and content, see <see cref="FindContent"/>.</summary>
    public IdIndex ObjectByContent { get; }

    /// <summary>Objects by the block time at which their validity ends.</summary>
    public ExpiryQueue Expiries { get; }

    /// <summary>The object of a class with this external id.</summary>
    /// <returns>Its number, or 0.</returns>
    public uint Find(uint @class, UInt128 externalId) => externalId == UInt128.Zero ? 0 : ObjectById.Find(Key(@class, externalId));

    /// <summary>The object of a class with unique content.</summary>
    /// <returns>Its number, or 0.</returns>
    public uint FindContent(uint @class, in Hash256 content) => ObjectByContent.Find(Key(@class, content));

    /// <summary>May this owner get one more object of a class?</summary>
    public bool HasRoomFor(uint @class, uint owner)
    {
        uint most = Classes[@class].MaxPerOwner;
        return most == 0 || _held.Find(OwnerKey(@class, owner)) < most;
    }

    /// <summary>An object of a class goes from one owner to another; 0 for none. Counted where the class bounds it.</summary>
    public void Count(uint @class, uint from, uint to)
    {
        if (Classes[@class].MaxPerOwner == 0) return;
        if (from != 0) _held.Decrease(OwnerKey(@class, from));
        if (to != 0) _held.Increase(OwnerKey(@class, to));
    }

    /// <summary>128 bits of a digest over class and id: two that are the same are as hard to find as a collision of the digest, and then the
    /// second object is refused.</summary>
    [SkipLocalsInit] // written before it is read
    public static UInt128 Key(uint @class, UInt128 externalId)
    {
        Span<byte> image = stackalloc byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(image, @class);
        BinaryPrimitives.WriteUInt128LittleEndian(image[4..], externalId);
        return Ledger.KeyId(Blake3.Hash(image));
    }

    /// <summary>As <see cref="Key(uint, UInt128)"/>, of a content hash.</summary>
    [SkipLocalsInit] // written before it is read
    public static UInt128 Key(uint @class, in Hash256 content)
    {
        Span<byte> image = stackalloc byte[36];
        BinaryPrimitives.WriteUInt32LittleEndian(image, @class);
        content.Bytes.CopyTo(image[4..]);
        return Ledger.KeyId(Blake3.Hash(image));
    }

    private static UInt128 OwnerKey(uint @class, uint owner) => new(@class, owner);

    /// <summary>
    /// Makes the derived structures but those of <see cref="ExternalIds"/> anew from the tables and the event log, which remembers the contents
    /// that objects had.
    /// </summary>
    public void Rebuild(EventLog log)
    {
        for (uint n = 1; n < Objects.Count; n++)
        {
            ref readonly ObjectRecord record = ref Objects[n];
            if (record.AwaitsExpiry != 0) Expiries.Add(n, record.ValidToNs);
            Count(record.Class, 0, record.Owner);
        }

        for (uint n = 1; n < log.Events.Count; n++)
        {
            ref readonly LedgerEvent entry = ref log.Events[n];
            if (entry.Kind is not (LedgerEventKind.ObjectCreated or LedgerEventKind.ObjectChanged)) continue;
            uint number = (uint)entry.Subject, type = Objects[number].Class;
            if ((Classes[type].Flags & ClassFlags.UniqueContent) != 0 && FindContent(type, entry.Content) == 0) ObjectByContent.Add(Key(type, entry.Content), number);
        }
    }

    /// <summary>Frees what is derived.</summary>
    public void Dispose()
    {
        ClassById.Dispose();
        ObjectById.Dispose();
        ObjectByContent.Dispose();
        _held.Dispose();
        Expiries.Dispose();
    }
}
