// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Objects;

// Proofs of retrievability: the leaf that the ledger asks for, and its path to the content hash.
public sealed partial class ObjectHandlers
{
    private readonly Hash256[] _path = new Hash256[MerkleProof.MaxPathLength + 1];
    private int _pathLength;
    private ulong _pathObject;
    private ulong _pathSequence;
    private uint _pathParts;

    /// <summary>The leaf that must be proved next.</summary>
    [SkipLocalsInit] // written before it is read
    public static ulong Challenge(uint number, in ObjectRecord record)
    {
        if (record.Value == 0) return 0;
        Span<byte> image = stackalloc byte[Hash256.Size + 8];
        record.Seed.Bytes.CopyTo(image);
        BinaryPrimitives.WriteUInt64LittleEndian(image[Hash256.Size..], number);
        return MemoryMarshal.Read<ulong>(Blake3.Hash(image).Bytes) % record.Value;
    }

    /// <summary>Takes one part of a path; with the last part the object's proof policy approves the rest of the chain.</summary>
    public ResultCode CheckPath(in CheckPathCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || (command.Count == 1 && !command.Hash1.IsZero)) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Undo.IsRecording) return ResultCode.MustLeadChain;
        if (!_tables.Objects.Has(command.Object)) return ResultCode.UnknownObject;
        uint number = (uint)command.Object;
        ref readonly ObjectRecord seen = ref _tables.Objects[number];
        ref readonly ObjectClassRecord of = ref _tables.Classes[seen.Class];
        if ((of.Flags & ClassFlags.Provable) == 0) return ResultCode.Forbidden;
        if (command.Count is 0 or > 2 || command.Last > 1) return ResultCode.InvalidObject;

        // A path is given in commands one behind the other.
        bool continues = command.Part != 0 && command.Part == _pathParts && command.Object == _pathObject && _pathSequence + 1 == _context.Sequence;
        if (command.Part != 0 && !continues) return ResultCode.BadProof;
        if (command.Part == 0) _pathLength = 0;
        if (_pathLength + command.Count > _path.Length) return ResultCode.BadProof;
        _path[_pathLength++] = command.Hash0;
        if (command.Count == 2) _path[_pathLength++] = command.Hash1;
        _pathObject = command.Object;
        _pathSequence = _context.Sequence;
        _pathParts = command.Part + 1;
        if (command.Last == 0) return ResultCode.Ok;

        _pathParts = 0;
        if (!seen.IsValidAt(_context.TimestampNs)) return _context.TimestampNs < seen.ValidFromNs ? ResultCode.TooEarly : ResultCode.Expired;
        if (_context.TimestampNs < seen.ProvedNs + (of.ProofSeconds * 1_000_000_000L)) return ResultCode.TooEarly;
        bool proves = command.Index == Challenge(number, seen)
            && MerkleProof.VerifyInclusion(seen.Content, seen.Value, command.Index, _path[0], _path.AsSpan(1, _pathLength - 1));
        if (!proves) return ResultCode.BadProof;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        if (!_context.Authority.Approve(seen.ProofPolicy)) return ResultCode.TooManyApprovals;
        ref ObjectRecord record = ref _tables.Objects.Change(number);
        record.ProvedNs = _context.TimestampNs;
        record.Seed = _ledger.Tree.Root;
        Note(ref record, number, LedgerEventKind.ObjectProved, record.State, _path[0], command.Code);
        result.Value = UInt128.One;
        return ResultCode.Ok;
    }
}
