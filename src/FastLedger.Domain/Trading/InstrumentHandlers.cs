// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Trading;

/// <summary>Instruments: listing, opening, halting.</summary>
/// <remarks>Total functions: every input yields a result code. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class InstrumentHandlers
{
    private const ulong MaxScale = 1UL << 40;
    private const ulong MaxQuantityLots = 1UL << 32;
    private const int MaxFeePpm = 100_000;

    private readonly Ledger _ledger;
    private readonly ExecutionContext _context;

    /// <summary>Handlers over the context's ledger.</summary>
    public InstrumentHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
    }

    /// <summary>Lists an instrument on an asset that the session's policy issues.</summary>
    public ResultCode Create(in CreateInstrumentCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Assets.Has(command.BaseAsset) || !_ledger.Assets.Has(command.QuoteAsset)) return ResultCode.UnknownAsset;
        if (!HasValidRanges(command)) return ResultCode.InvalidInstrument;
        if (!_ledger.Accounts.Has(command.FeeAccount)) return ResultCode.UnknownAccount;
        ref readonly AccountRecord fees = ref _ledger.Accounts[(uint)command.FeeAccount];
        if (fees.Asset != command.QuoteAsset || (fees.Flags & AccountFlags.CreditsMustNotExceedDebits) != 0) return ResultCode.WrongOrderAccount;
        ResultCode code = _context.Authority.CheckBoth(Lister(command.BaseAsset), fees.Policy);
        if (code != ResultCode.Ok) return code;
        if (command.ExternalId != UInt128.Zero)
        {
            uint existing = _ledger.InstrumentById.Find(command.ExternalId);
            if (existing != 0)
            {
                result.Value = existing;
                return ResultCode.ExternalIdExists;
            }
        }

        uint number = _ledger.Instruments.Append();
        if (number == 0) return ResultCode.TableFull;
        ref InstrumentRecord instrument = ref _ledger.Instruments.Change(number);
        instrument.ExternalId = command.ExternalId;
        instrument.BaseAsset = command.BaseAsset;
        instrument.QuoteAsset = command.QuoteAsset;
        instrument.LotSize = command.LotSize;
        instrument.TickValue = command.TickValue;
        instrument.FeeAccount = command.FeeAccount;
        instrument.MakerFeePpm = command.MakerFeePpm;
        instrument.TakerFeePpm = command.TakerFeePpm;
        instrument.MaxQuantityLots = command.MaxQuantityLots;
        instrument.MaxPriceTicks = command.MaxPriceTicks;
        instrument.Policy = _context.Policy;
        instrument.Code = command.Code;
        _ledger.Books.Prices.Open(number, command.MaxPriceTicks);
        if (command.ExternalId != UInt128.Zero) _ledger.InstrumentById.Add(command.ExternalId, number);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Opens or halts an instrument that the session's policy created.</summary>
    public ResultCode SetState(in SetInstrumentStateCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || !command.Reserved1.IsZero || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Instruments.Has(command.Instrument)) return ResultCode.UnknownInstrument;
        if (command.State is not (InstrumentState.Open or InstrumentState.Halted)) return ResultCode.InvalidInstrument;
        ResultCode code = _context.Check(_ledger.Instruments[command.Instrument].Policy);
        if (code != ResultCode.Ok) return code;
        if (_ledger.Instruments[command.Instrument].State == command.State) return ResultCode.AlreadyInState;
        _ledger.Instruments.Change(command.Instrument).State = command.State;
        result.Value = command.Instrument;
        return ResultCode.Ok;
    }

    /// <summary>Policy that may list an asset: its issuer's or, when the ledger issues it, that of the outcome's creator.</summary>
    private uint Lister(uint asset)
    {
        if ((_ledger.Assets[asset].Options & AssetOptions.LedgerIssued) == 0) return _ledger.Assets[asset].IssuerPolicy;
        return _ledger.Agreements.Outcomes.Outcomes[_ledger.Agreements.Outcomes.OutcomeByAsset.Find(asset)].CreatorPolicy;
    }

    private static bool HasValidRanges(in CreateInstrumentCommand command) =>
        command.BaseAsset != command.QuoteAsset
        && command.LotSize is > 0 and <= MaxScale
        && command.TickValue is > 0 and <= MaxScale
        && command.MakerFeePpm is >= -MaxFeePpm and <= MaxFeePpm
        && command.TakerFeePpm is >= 0 and <= MaxFeePpm
        && command.TakerFeePpm >= -command.MakerFeePpm
        && command.MaxQuantityLots is > 0 and <= MaxQuantityLots
        && command.MaxPriceTicks is > 0 and <= PriceIndex.MaxPriceTicks;
}
