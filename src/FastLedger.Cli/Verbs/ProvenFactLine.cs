// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using FastLedger.Domain;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Cli.Verbs;

/// <summary>A proven fact as names and values, the same for people and for machines. Amounts are text, so that no reader rounds them.</summary>
internal static class ProvenFactLine
{
    public static SortedDictionary<string, string> Fields(scoped in ProvenFact fact)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        void Add<T>(string name, T value) where T : notnull => fields[name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        if (fact.Kind == FactKind.Command)
        {
            Add("opcode", fact.Command.Opcode);
            Add("command_number", fact.Command.Number);
            Add("session", fact.Receipt.Session);
            Add("result_code", fact.Result.Code);
            Add("sequence", fact.Result.Sequence);
            Add("value", fact.Result.Value);
        }
        else if (fact is { Table: AccountView.Table, Record.Length: AccountView.RecordBytes })
        {
            var account = new AccountView(fact.Record);
            Add("account", fact.Number);
            Add("asset", account.Asset);
            Add("balance", account.Balance);
            Add("credits_posted", account.CreditsPosted);
            Add("credits_pending", account.CreditsPending);
            Add("debits_posted", account.DebitsPosted);
            Add("debits_pending", account.DebitsPending);
            Add("floor", account.Floor);
            Add("flags", account.Flags);
            Add("external_id", account.ExternalId);
            Add("policy", account.Policy);
            Add("code", account.Code);
            Add("user_data", account.UserData64);
        }
        else if (fact is { Table: OrderView.Table, Record.Length: OrderView.RecordBytes })
        {
            var order = new OrderView(fact.Record);
            Add("live", order.IsLive);
            Add("order", RecordId.Of((uint)fact.Number, order.Generation));
            Add("instrument", order.Instrument);
            Add("side", order.Side);
            Add("price_ticks", order.PriceTicks);
            Add("quantity_lots", order.QuantityLots);
            Add("remaining_lots", order.RemainingLots);
            Add("base_account", order.BaseAccount);
            Add("quote_account", order.QuoteAccount);
            Add("sequence", order.Sequence);
            Add("session", order.Session);
            Add("command_number", order.Number);
            Add("user_data", order.UserData64);
        }
        else
        {
            Add("table", fact.Table);
            Add("record", fact.Number);
            Add("bytes", Convert.ToHexStringLower(fact.Record));
        }

        return fields;
    }
}
