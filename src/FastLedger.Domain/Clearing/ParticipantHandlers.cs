// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>Payment systems, participants and their membership.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class ParticipantHandlers
{
    private const PaymentSystemOptions KnownOptions = PaymentSystemOptions.BilateralOffset | PaymentSystemOptions.ResolveOnCredit | PaymentSystemOptions.ResolutionOnly | PaymentSystemOptions.PositionBounds;
    private const ulong MaxPeriodMs = 86_400_000;

    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;

    /// <summary>Handlers over the context's ledger.</summary>
    public ParticipantHandlers(ExecutionContext context, PaymentQueues queues)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
        _queues = queues;
    }

    /// <summary>Creates a system.</summary>
    public ResultCode CreateSystem(in PaymentSystemCommand command, ref CommandResult result)
    {
        if (command.System != 0) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Assets.Has(command.Asset)) return ResultCode.UnknownAsset;
        if (!_context.Holds(_ledger.Assets[command.Asset].IssuerPolicy)) return ResultCode.Unauthorized;
        ResultCode code = CheckOptions(command, command.Asset);
        if (code != ResultCode.Ok) return code;
        uint number = _tables.Systems.Append();
        if (number == 0) return ResultCode.TableFull;
        ref PaymentSystemRecord system = ref _tables.Systems.Change(number);
        system.Asset = command.Asset;
        system.OperatorPolicy = _context.Policy;
        system.ExternalId = command.ExternalId;
        system.Reference = command.Reference;
        system.Code = command.Code;
        Apply(command, ref system);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Changes a system's options.</summary>
    public ResultCode ConfigureSystem(in PaymentSystemCommand command, ref CommandResult result)
    {
        if (command.Asset != 0 || command.ExternalId != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        ref readonly PaymentSystemRecord seen = ref _tables.Systems[command.System];
        if (!_context.Holds(seen.OperatorPolicy)) return ResultCode.Unauthorized;
        ResultCode code = CheckOptions(command, seen.Asset);
        if (code != ResultCode.Ok) return code;
        if ((command.Options & PaymentSystemOptions.PositionBounds) != 0 && seen.Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        ref PaymentSystemRecord system = ref _tables.Systems.Change(command.System);
        Apply(command, ref system);
        if (!command.Reference.IsZero) system.Reference = command.Reference;
        for (uint member = system.FirstMember; member != 0; member = _tables.Members[member].NextMember) _queues.Touch(member);
        result.Value = command.System;
        return ResultCode.Ok;
    }

    /// <summary>Admits a participant.</summary>
    public ResultCode Open(in OpenParticipantCommand command, ref CommandResult result)
    {
        if ((command.Reserved0 | command.Reserved1) != 0 || command.Reserved2 != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        if (!_context.Holds(_tables.Systems[command.System].OperatorPolicy)) return ResultCode.Unauthorized;
        if (!Identifiers.IsBic(command.Bic)) return ResultCode.InvalidBic;
        if (!command.Lei.IsZero && !Identifiers.IsLei(command.Lei)) return ResultCode.InvalidLei;
        uint existing = _tables.ParticipantByBic.Find(command.Bic);
        if (existing != 0)
        {
            result.Value = existing;
            return ResultCode.ExternalIdExists;
        }

        uint policy = _ledger.PolicyByKey.Find(Ledger.KeyId(command.PolicyKey));
        if (policy == 0 || _ledger.Policies[policy].Key != command.PolicyKey) return ResultCode.InvalidKey;
        uint number = _tables.Participants.Append();
        if (number == 0) return ResultCode.TableFull;
        ref ParticipantRecord participant = ref _tables.Participants.Change(number);
        participant.Bic = command.Bic;
        participant.Lei = command.Lei;
        participant.Policy = policy;
        participant.OperatorPolicy = _tables.Systems[command.System].OperatorPolicy;
        participant.Session = _ledger.SessionByKey.Find(Ledger.KeyId(command.PolicyKey));
        participant.Code = command.Code;
        _tables.ParticipantByBic.Add(command.Bic, number);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Makes an account of a participant its settlement account in a system.</summary>
    public ResultCode Join(in MemberCommand command, ref CommandResult result)
    {
        if ((command.Member | command.Counterparty) != 0 || command.Priority != 0 || command.Amount != Int128.Zero || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        ref readonly PaymentSystemRecord seen = ref _tables.Systems[command.System];
        if (!_context.Holds(seen.OperatorPolicy)) return ResultCode.Unauthorized;
        if (!_tables.Participants.Has(command.Participant)) return ResultCode.UnknownParticipant;
        ref readonly ParticipantRecord participant = ref _tables.Participants[command.Participant];
        if (!_ledger.Accounts.Has(command.Account)) return ResultCode.UnknownAccount;
        uint accountNumber = (uint)command.Account;
        ref readonly AccountRecord account = ref _ledger.Accounts[accountNumber];
        if (account.Asset != seen.Asset || account.Policy != participant.Policy || account.Flags != AccountFlags.None || account.Floor < -MaxAmount)
            return ResultCode.WrongSettlementAccount;
        if (_tables.MemberByPlace.Find(PaymentTables.Pair(command.System, command.Participant)) != 0) return ResultCode.MemberExists;
        if (seen.MemberCount == PaymentTables.MaxMembersPerSystem) return ResultCode.MemberLimit;
        if (seen.Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        uint number = _tables.Members.Append();
        if (number == 0) return ResultCode.TableFull;
        Invariant.Check(_tables.Resolutions.Append() == number);

        ref MemberRecord member = ref _tables.Members.Change(number);
        member.System = command.System;
        member.Participant = command.Participant;
        member.Account = accountNumber;
        member.MultilateralLimit = MemberRecord.NoLimit;
        member.NetDebitCap = MemberRecord.NoLimit;
        member.CreditLine = account.Floor < Int128.Zero ? (long)-account.Floor : 0;
        ref AccountRecord settlement = ref _ledger.Accounts.Change(accountNumber);
        settlement.Flags |= AccountFlags.Settlement;
        settlement.Floor = -(Int128)member.CreditLine;
        ref PaymentSystemRecord system = ref _tables.Systems.Change(command.System);
        if (system.LastMember != 0) _tables.Members.Change(system.LastMember).NextMember = number;
        else system.FirstMember = number;
        system.LastMember = number;
        system.MemberCount++;
        _tables.MemberByAccount.Add(accountNumber, number);
        _tables.MemberByPlace.Add(PaymentTables.Pair(command.System, command.Participant), number);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Suspends or resumes a participant.</summary>
    public ResultCode Suspend(in MemberCommand command, ref CommandResult result)
    {
        if ((command.Member | command.Counterparty | command.System) != 0 || command.Account != 0 || command.Priority != 0 || command.Amount != Int128.Zero || HasReserved(command))
            return ResultCode.ReservedFieldNotZero;
        if (!_tables.Participants.Has(command.Participant)) return ResultCode.UnknownParticipant;
        ref readonly ParticipantRecord seen = ref _tables.Participants[command.Participant];
        if (!_context.Holds(seen.OperatorPolicy)) return ResultCode.Unauthorized;
        uint wanted = command.Opcode == Opcode.SuspendParticipant ? 1u : 0;
        if (seen.Suspended == wanted) return ResultCode.AlreadyInState;
        _tables.Participants.Change(command.Participant).Suspended = wanted;
        if (wanted == 0)
        {
            // Who waits for this participant is not known to its record: everybody with a queue is looked at.
            for (uint number = 1; number < _tables.Systems.Count; number++)
            {
                if (_tables.MemberByPlace.Find(PaymentTables.Pair(number, command.Participant)) == 0) continue;
                for (uint member = _tables.Systems[number].FirstMember; member != 0; member = _tables.Members[member].NextMember) _queues.Touch(member);
            }
        }

        result.Value = command.Participant;
        return ResultCode.Ok;
    }

    /// <summary>Largest magnitude of a limit, a reservation or a credit line.</summary>
    internal static Int128 MaxAmount => Int128.One << 62;

    internal static bool HasReserved(in MemberCommand command) =>
        command.Reserved0 != 0 || (command.Reserved1 | command.Reserved2) != 0 || !command.Reserved3.IsZero;

    private ResultCode CheckOptions(in PaymentSystemCommand command, uint asset)
    {
        if (command.Reserved0 != 0 || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if ((command.Options & ~KnownOptions) != 0) return ResultCode.InvalidFlags;
        if (command.ResolvePeriodMs > MaxPeriodMs) return ResultCode.InvalidLimit;
        bool resolves = (command.Options & (PaymentSystemOptions.ResolveOnCredit | PaymentSystemOptions.ResolutionOnly)) != 0 || command.ResolvePeriodMs != 0;
        if (resolves && (command.Options & PaymentSystemOptions.PositionBounds) != 0) return ResultCode.InvalidFlags;
        if (command.ClearingAccount == 0) return ResultCode.Ok;
        if (!_ledger.Accounts.Has(command.ClearingAccount)) return ResultCode.UnknownAccount;
        ref readonly AccountRecord account = ref _ledger.Accounts[(uint)command.ClearingAccount];
        bool fits = account.Asset == asset && _context.Holds(account.Policy) && account.Flags == AccountFlags.None && account.Floor == Int128.Zero;
        return fits ? ResultCode.Ok : ResultCode.WrongSettlementAccount;
    }

    private void Apply(in PaymentSystemCommand command, ref PaymentSystemRecord system)
    {
        system.Options = command.Options;
        if ((command.Options & PaymentSystemOptions.PositionBounds) != 0) system.CreditedSinceResolution = 0;
        system.ResolvePeriodNs = (long)command.ResolvePeriodMs * 1_000_000;
        system.NextResolveNs = _context.TimestampNs + system.ResolvePeriodNs;
        system.ClearingAccount = (uint)command.ClearingAccount;
    }
}
