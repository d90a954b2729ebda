// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.IO;
using System.Security.Cryptography;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>The index of external ids on disk: which record each id or key stands for, in the order in which the records were created.</summary>
/// <remarks>
/// All kinds share one store. An entry's key is the id xor a constant of its kind, so that the id can be had back; the constants come from a
/// salt, the first entry, that no client knows, so that no id of one kind can be made to meet one of another. The value is
/// <c>kind × 2^32 + number</c>. Thread: one at a time. Blocks: on the device.
/// </remarks>
internal sealed class StateIndex : IDisposable
{
    private const string IndexFolder = "index";
    private const ulong FormatVersion = 1;
    private const long LeastExpected = 1 << 20;
    private readonly IndexStore _store;
    private readonly UInt128[] _constants = new UInt128[ExternalIds.KindsEnd];

    private StateIndex(IndexStore store) => _store = store;

    /// <summary>Ids in the index.</summary>
    public ulong Count => _store.Count - 1;

    /// <summary>Its folder.</summary>
    public static string FolderOf(string stateFolder) => Path.Combine(Path.GetFullPath(stateFolder), IndexFolder);

    /// <summary>How its store is opened.</summary>
    /// <param name="stateFolder">Folder of pages and manifests.</param>
    /// <param name="entries">Entries that it has.</param>
    public static IndexStoreOptions OptionsOf(string stateFolder, ulong entries) => new()
    {
        Directory = FolderOf(stateFolder),
        ExpectedEntries = (long)Math.Clamp(entries * 2, LeastExpected, 1UL << 33),
        LogMemoryBytes = 4 << 20, // what is added is not read again
        LogPageBytes = 1 << 20,
        SegmentBytes = 8 << 20, // allocated as a whole
    };

    /// <summary>Makes an empty index; what is left of an earlier one is deleted.</summary>
    /// <exception cref="DirectoryInUseException">Another process has it open.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static StateIndex Create(string stateFolder)
    {
        var index = new StateIndex(IndexStore.Create(OptionsOf(stateFolder, 0)));
        try
        {
            UInt128 salt = BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16));
            index.TakeSalt(salt);
            Invariant.Check(index._store.TryAdd(salt, FormatVersion, out _));
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Opens the index of a checkpoint, every byte compared with the digests that its manifest leads to.</summary>
    /// <returns>Null, with the reason, when there is none that can be used.</returns>
    /// <exception cref="DirectoryInUseException">Another process has it open.</exception>
    public static StateIndex? TryRecover(string stateFolder, Manifest manifest, out string? fault)
    {
        StoreToken token = manifest.IndexToken;
        fault = token.Sequence == 0 ? "its manifest names none" : null;
        if (fault is not null) return null;
        StateIndex? index = null;
        try
        {
            index = new StateIndex(IndexStore.Recover(OptionsOf(stateFolder, token.Records), in token));
            fault = index.ReadHead();
        }
        catch (Exception e) when (e is IOException and not DirectoryInUseException or InvalidDataException)
        {
            fault = e.Message;
        }

        if (fault is null) return index;
        index?.Dispose();
        return null;
    }

    /// <summary>Adds the id of a record. Records of a kind come in the order of their numbers.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">The index is not as it was written, or has the key already.</exception>
    public void Add(IdKind kind, UInt128 key, uint number)
    {
        if (!_store.TryAdd(key ^ _constants[(int)kind], ((ulong)kind << 32) | number, out ulong existing))
            throw new StoreDamagedException(IndexFolder, 0, FormattableString.Invariant($"the id of {kind} {number} is in the index already, for {(IdKind)(existing >> 32)} {(uint)existing}"));
    }

    /// <summary>Gives every entry, in the order in which they were added.</summary>
    /// <param name="visitor">Gets kind, key and number, and says why the entry is wrong, or null.</param>
    /// <returns>Null, or the first thing that is wrong.</returns>
    public string? Read(Func<IdKind, UInt128, uint, string?> visitor)
    {
        string? fault = null;
        bool isFirst = true;
        uint[] last = new uint[ExternalIds.KindsEnd];
        try
        {
            _store.ReadAll((key, value) =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    return true;
                }

                ulong kind = value >> 32;
                uint number = (uint)value;
                if (kind is 0 or >= ExternalIds.KindsEnd) fault = $"there is no kind {kind}";
                else if (number <= last[kind]) fault = $"{(IdKind)kind} {number} comes after {last[kind]}";
                else fault = visitor((IdKind)kind, key ^ _constants[kind], number);
                if (fault is null) last[kind] = number;
                return fault is null;
            });
        }
        catch (StoreDamagedException e)
        {
            fault = e.Message;
        }

        return fault;
    }

    /// <summary>Makes all that was added durable.</summary>
    /// <returns>What the manifest names it by.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public StoreToken Checkpoint() => _store.BeginCheckpoint().Complete();

    /// <summary>Frees what only checkpoints before this one need.</summary>
    public void Release(in StoreToken oldest) => _store.Release(in oldest);

    public void Dispose() => _store.Dispose();

    private string? ReadHead()
    {
        string? fault = "it is empty";
        _store.ReadAll((key, value) =>
        {
            fault = value == FormatVersion ? null : $"its format {value} is unknown";
            TakeSalt(key);
            return false;
        });
        return fault;
    }

    private void TakeSalt(UInt128 salt)
    {
        byte[] image = new byte[17];
        BinaryPrimitives.WriteUInt128LittleEndian(image, salt);
        foreach (IdKind kind in ExternalIds.Kinds)
        {
            image[16] = (byte)kind;
            _constants[(int)kind] = Ledger.KeyId(Blake3.Hash(image));
        }
    }
}
