// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Objects;
using FastLedger.State;

namespace FastLedger.Domain;

/// <summary>
/// The ids and keys from outside that records have, and the indexes that find records by them. A record gets its id when it is created and
/// keeps it, so an index of the first <c>n</c> records never has to be changed, only continued.
/// </summary>
/// <remarks>Thread: executor only, but for <see cref="Key"/>. Alloc: as <see cref="IdIndex"/>. Blocks: page faults, and pages that left memory.</remarks>
public sealed class ExternalIds
{
    /// <summary>One more than the highest number of a kind.</summary>
    public const int KindsEnd = (int)IdKind.Object + 1;

    private readonly Ledger _ledger;

    internal ExternalIds(Ledger ledger) => _ledger = ledger;

    /// <summary>All kinds, in the order in which they are indexed.</summary>
    public static ReadOnlySpan<IdKind> Kinds => [IdKind.Session, IdKind.Account, IdKind.Instrument, IdKind.ObjectClass, IdKind.Object];

    /// <summary>Under what the index of a kind finds an id.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="class">The object's class; of no meaning for other kinds.</param>
    /// <param name="id">The id, not zero.</param>
    public static UInt128 Key(IdKind kind, uint @class, UInt128 id) => kind == IdKind.Object ? ObjectTables.Key(@class, id) : id;

    /// <summary>The records of a kind.</summary>
    public Table TableOf(IdKind kind) => kind switch
    {
        IdKind.Session => _ledger.Sessions,
        IdKind.Account => _ledger.Accounts,
        IdKind.Instrument => _ledger.Instruments,
        IdKind.ObjectClass => _ledger.Agreements.Objects.Classes,
        IdKind.Object => _ledger.Agreements.Objects.Objects,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Reads the id of a record.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="number">A record of its table.</param>
    /// <param name="class">The object's class; 0 for other kinds.</param>
    /// <param name="id">The id.</param>
    /// <returns>False when the record has none.</returns>
    public bool TryRead(IdKind kind, uint number, out uint @class, out UInt128 id)
    {
        @class = 0;
        switch (kind)
        {
            case IdKind.Session:
                id = Ledger.KeyId(_ledger.Sessions[number].Key);
                return true;
            case IdKind.Account:
                id = _ledger.Accounts[number].ExternalId;
                break;
            case IdKind.Instrument:
                id = _ledger.Instruments[number].ExternalId;
                break;
            case IdKind.ObjectClass:
                id = _ledger.Agreements.Objects.Classes[number].ExternalId;
                break;
            default:
                ref readonly ObjectRecord record = ref _ledger.Agreements.Objects.Objects[number];
                (@class, id) = (record.Class, record.ExternalId);
                break;
        }

        return id != UInt128.Zero;
    }

    /// <summary>The record that a key stands for, or 0.</summary>
    public uint Find(IdKind kind, UInt128 key) => IndexOf(kind).Find(key);

    /// <summary>Adds an entry that was kept elsewhere.</summary>
    /// <returns>False when there is no such record, or the key is there already.</returns>
    public bool TryAdd(IdKind kind, UInt128 key, uint number)
    {
        IdIndex index = IndexOf(kind);
        if (number == 0 || number >= TableOf(kind).Count || index.Find(key) != 0) return false;
        index.Add(key, number);
        return true;
    }

    /// <summary>Gives every record that has an id, in the order of the kinds and of the numbers.</summary>
    /// <param name="from">Per kind, the first record.</param>
    /// <param name="visitor">Gets kind, number, class and id.</param>
    public void ReadFrom(ReadOnlySpan<uint> from, Action<IdKind, uint, uint, UInt128> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        foreach (IdKind kind in Kinds)
        {
            Table table = TableOf(kind);
            for (uint number = Math.Max(1, from[(int)kind]); number < table.Count; number++)
            {
                _ledger.Tree.Residency?.Walk(table, number);
                if (TryRead(kind, number, out uint @class, out UInt128 id)) visitor(kind, number, @class, id);
            }
        }
    }

    /// <summary>Makes the indexes anew from the tables.</summary>
    internal void Rebuild()
    {
        foreach (IdKind kind in Kinds) IndexOf(kind).Clear();
        ReadFrom(stackalloc uint[KindsEnd], (kind, number, @class, id) => IndexOf(kind).Add(Key(kind, @class, id), number));
    }

    private IdIndex IndexOf(IdKind kind) => kind switch
    {
        IdKind.Session => _ledger.SessionByKey,
        IdKind.Account => _ledger.AccountById,
        IdKind.Instrument => _ledger.InstrumentById,
        IdKind.ObjectClass => _ledger.Agreements.Objects.ClassById,
        IdKind.Object => _ledger.Agreements.Objects.ObjectById,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
