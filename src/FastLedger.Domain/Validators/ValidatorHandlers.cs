// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Validators;

/// <summary>Changes of the validator set, one validator at a time.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class ValidatorHandlers
{
    private const int FewestValidators = 2;

    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly ValidatorTable _table;

    /// <summary>Handlers over the context's ledger.</summary>
    public ValidatorHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
        _table = _ledger.Validators;
    }

    /// <summary>Adds, removes or replaces a validator from the next epoch on.</summary>
    public ResultCode Change(in ChangeValidatorsCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != 0 || command.Reserved2 != 0) return ResultCode.ReservedFieldNotZero;
        if (!_table.HasAdministrator) return ResultCode.NoAdministrator;
        ResultCode code = _context.Check(_table.AdministratorPolicy(_ledger.Agreements.Policies));
        if (code != ResultCode.Ok) return code;
        if (command.Action is not (ValidatorAction.Add or ValidatorAction.Remove or ValidatorAction.Replace) || command.Node >= ValidatorTable.MaxCount) return ResultCode.InvalidValidatorChange;
        if (command.Epoch != 0 && command.Epoch != _table.Epoch) return ResultCode.EpochDiffers;
        if (_table.IsChanging) return ResultCode.ValidatorChangePending;
        int count = _table.Set.Count, node = (int)command.Node;
        if (count < FewestValidators) return ResultCode.TooFewValidators;
        code = command.Action switch
        {
            ValidatorAction.Add => CheckAdd(command, count),
            ValidatorAction.Remove => CheckRemove(command, count),
            _ => CheckReplace(command),
        };
        if (code != ResultCode.Ok) return code;

        ref ValidatorRecord record = ref _table.Records.Change(ValidatorTable.NumberOf(node));
        switch (command.Action)
        {
            case ValidatorAction.Add:
                record.Change = ValidatorChange.Joins;
                count++;
                break;
            case ValidatorAction.Remove:
                record.Change = ValidatorChange.Leaves;
                count--;
                break;
            default:
                record.Change = ValidatorChange.Changes;
                break;
        }

        if (record.Change != ValidatorChange.Leaves)
        {
            bool keepsAddress = command.Port == 0;
            record.NextKey = command.Key;
            record.NextAddress = keepsAddress ? record.Address : command.Address;
            record.NextPort = keepsAddress ? record.Port : command.Port;
        }

        _table.Announce(count);
        result.Value = _table.Epoch + 1;
        return ResultCode.Ok;
    }

    private ResultCode CheckAdd(in ChangeValidatorsCommand command, int count)
    {
        if (_table.Node((int)command.Node).State == ValidatorState.Member) return ResultCode.ValidatorExists;
        if (count == ValidatorTable.MaxCount) return ResultCode.TooManyValidators;
        if (command.Address == 0 || command.Port == 0) return ResultCode.InvalidPeerAddress;
        return CheckKey(command.Key);
    }

    private ResultCode CheckRemove(in ChangeValidatorsCommand command, int count)
    {
        if (!command.Key.IsZero || command.Address != 0 || command.Port != 0) return ResultCode.ReservedFieldNotZero;
        if (_table.Node((int)command.Node).State != ValidatorState.Member) return ResultCode.UnknownValidator;
        return count == FewestValidators ? ResultCode.TooFewValidators : ResultCode.Ok;
    }

    private ResultCode CheckReplace(in ChangeValidatorsCommand command)
    {
        if (_table.Node((int)command.Node).State != ValidatorState.Member) return ResultCode.UnknownValidator;
        if ((command.Address == 0) != (command.Port == 0)) return ResultCode.InvalidPeerAddress;
        return CheckKey(command.Key);
    }

    private ResultCode CheckKey(in Hash256 key)
    {
        if (key.IsZero) return ResultCode.InvalidKey;
        for (int node = 0; node < ValidatorTable.MaxCount; node++)
        {
            ref readonly ValidatorRecord record = ref _table.Node(node);
            if (record.State == ValidatorState.Member && record.Key == key) return ResultCode.ValidatorKeyInUse;
        }

        return ResultCode.Ok;
    }
}
