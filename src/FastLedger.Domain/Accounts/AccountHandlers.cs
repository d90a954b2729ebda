// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Sessions;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Accounts;

/// <summary>Assets, accounts and the keys that own them.</summary>
/// <remarks>Total functions: every input yields a result code. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class AccountHandlers
{
    private static readonly Int128 LowestFloor = -(Int128.One << 100);

    private readonly Ledger _ledger;
    private readonly ExecutionContext _context;

    /// <summary>Handlers over the context's ledger.</summary>
    public AccountHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
    }

    /// <summary>Admits a key as a session. Only the replicas' own batches carry this command.</summary>
    public ResultCode RegisterSession(in RegisterSessionCommand command, ref CommandResult result)
    {
        if (_context.Session != 0) return ResultCode.Unauthorized;
        if (command.Key.IsZero) return ResultCode.InvalidKey;
        uint existing = _ledger.SessionByKey.Find(Ledger.KeyId(command.Key));
        if (existing != 0)
        {
            if (_ledger.Sessions[existing].Key != command.Key) return ResultCode.InvalidKey;
            result.Value = existing;
            return ResultCode.SessionExists;
        }

        if (_ledger.Sessions.Count == _ledger.Sessions.Capacity) return ResultCode.SessionLimit;
        ResultCode code = _ledger.Agreements.Policies.Ensure(command.Key, out uint policy);
        if (code != ResultCode.Ok) return code;
        uint number = _ledger.Sessions.Append();
        ref SessionRecord session = ref _ledger.Sessions.Change(number);
        session.Key = command.Key;
        session.Policy = policy;
        session.RegisteredSequence = _context.Sequence;
        _ledger.SessionByKey.Add(Ledger.KeyId(command.Key), number);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Creates an asset; the session's policy issues it.</summary>
    public ResultCode CreateAsset(in CreateAssetCommand command, ref CommandResult result)
    {
        if (command.Reserved1 != 0 || command.Reserved2 != UInt128.Zero || !command.Reserved3.IsZero) return ResultCode.ReservedFieldNotZero;
        if ((command.Options & ~(AssetOptions.ClosedLoop | AssetOptions.IssuerOpensAccounts)) != 0) return ResultCode.InvalidFlags;
        if (command.Scale > 30) return ResultCode.InvalidScale;
        if (command.Policy != 0 && !_context.Authority.Exists(command.Policy)) return ResultCode.UnknownPolicy;
        if (command.ExternalId != UInt128.Zero)
        {
            uint existing = _ledger.AssetById.Find(command.ExternalId);
            if (existing != 0)
            {
                result.Value = existing;
                return ResultCode.ExternalIdExists;
            }
        }

        uint number = _ledger.Assets.Append();
        if (number == 0) return ResultCode.TableFull;
        ref AssetRecord asset = ref _ledger.Assets.Change(number);
        asset.ExternalId = command.ExternalId;
        asset.IssuerPolicy = command.Policy != 0 ? command.Policy : _context.Policy;
        asset.Options = command.Options;
        asset.Scale = command.Scale;
        asset.Code = command.Code;
        asset.Reference = command.Reference;
        if (command.ExternalId != UInt128.Zero) _ledger.AssetById.Add(command.ExternalId, number);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Opens an account for the session's key or for the key it names.</summary>
    public ResultCode OpenAccount(in OpenAccountCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != 0 || command.Reserved2 != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if ((command.AccountFlags & ~AccountFlags.Settable) != 0) return ResultCode.InvalidFlags;
        if (!_ledger.Assets.Has(command.Asset)) return ResultCode.UnknownAsset;
        if (command.Policy != 0 && (!command.PolicyKey.IsZero || !_context.Authority.Exists(command.Policy))) return ResultCode.UnknownPolicy;
        ref readonly AssetRecord asset = ref _ledger.Assets[command.Asset];
        ResultCode issuer = _context.Check(asset.IssuerPolicy);
        bool needsIssuer = command.Floor != Int128.Zero || (command.AccountFlags & AccountFlags.Unlimited) != 0 || (asset.Options & AssetOptions.IssuerOpensAccounts) != 0;
        if (needsIssuer && issuer != ResultCode.Ok) return issuer;
        bool loop = issuer != ResultCode.Ok && (asset.Options & AssetOptions.ClosedLoop) != 0;
        if (command.Floor > Int128.Zero || command.Floor < LowestFloor) return ResultCode.InvalidFloor;
        if (command.ExternalId != UInt128.Zero)
        {
            uint existing = _ledger.AccountById.Find(command.ExternalId);
            if (existing != 0)
            {
                result.Value = existing;
                return ResultCode.ExternalIdExists;
            }
        }

        if (_ledger.Accounts.Count == _ledger.Accounts.Capacity || (loop && !_context.Rules.HasRoom)) return ResultCode.TableFull;
        uint policy = command.Policy != 0 ? command.Policy : _context.Policy;
        if (!command.PolicyKey.IsZero)
        {
            ResultCode code = _ledger.Agreements.Policies.Ensure(command.PolicyKey, out policy);
            if (code != ResultCode.Ok) return code;
        }

        uint number = _ledger.Accounts.Append();
        ref AccountRecord account = ref _ledger.Accounts.Change(number);
        account.ExternalId = command.ExternalId;
        account.Asset = command.Asset;
        account.Policy = policy;
        account.Flags = command.AccountFlags;
        account.Floor = command.Floor;
        account.Code = command.Code;
        account.UserData64 = command.UserData64;
        if (loop) _context.Rules.CloseLoop(number);
        if (command.ExternalId != UInt128.Zero) _ledger.AccountById.Add(command.ExternalId, number);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Floor, freeze, unfreeze, close, reopen. The asset's issuer may do all of it; the owner may close.</summary>
    public ResultCode ChangeAccount(in ChangeAccountCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if (command.Opcode != Opcode.SetFloor && command.Floor != Int128.Zero) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Accounts.Has(command.Account)) return ResultCode.UnknownAccount;
        uint number = (uint)command.Account;
        ref readonly AccountRecord account = ref _ledger.Accounts[number];
        uint issuer = _ledger.Assets[account.Asset].IssuerPolicy;
        ResultCode authority = command.Opcode == Opcode.CloseAccount ? _context.Authority.CheckEither(issuer, account.Policy) : _context.Check(issuer);
        if (authority != ResultCode.Ok) return authority;
        result.Value = number;
        bool settles = (account.Flags & AccountFlags.Settlement) != 0;
        if (settles && command.Opcode is (Opcode.SetFloor or Opcode.CloseAccount)) return ResultCode.WrongSettlementAccount;
        switch (command.Opcode)
        {
            case Opcode.SetFloor:
                // Raising the floor above what is used already is allowed: only new debits fail then.
                if (command.Floor < LowestFloor || command.Floor > -LowestFloor) return ResultCode.InvalidFloor;
                _ledger.Accounts.Change(number).Floor = command.Floor;
                return ResultCode.Ok;
            case Opcode.FreezeAccount:
                return Raise(number, AccountFlags.Frozen);
            case Opcode.UnfreezeAccount:
                ResultCode code = Lower(number, AccountFlags.Frozen);
                if (code == ResultCode.Ok && settles) _context.Queues.Credited(number);
                return code;
            case Opcode.CloseAccount:
                if (account.DebitsPending != UInt128.Zero || account.CreditsPending != UInt128.Zero) return ResultCode.AccountHasPending;
                return Raise(number, AccountFlags.Closed);
            default:
                return Lower(number, AccountFlags.Closed);
        }
    }

    private ResultCode Raise(uint number, AccountFlags flag)
    {
        if ((_ledger.Accounts[number].Flags & flag) != 0) return ResultCode.AlreadyInState;
        _ledger.Accounts.Change(number).Flags |= flag;
        return ResultCode.Ok;
    }

    private ResultCode Lower(uint number, AccountFlags flag)
    {
        if ((_ledger.Accounts[number].Flags & flag) == 0) return ResultCode.AlreadyInState;
        _ledger.Accounts.Change(number).Flags &= ~flag;
        return ResultCode.Ok;
    }
}
