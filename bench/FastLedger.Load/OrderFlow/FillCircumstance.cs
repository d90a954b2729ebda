// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.OrderFlow;

/// <summary>What the record shows about a fill, judged on the recorded book alone. It explains a fill that was not reproduced.</summary>
public enum FillCircumstance
{
    /// <summary>The maker was the oldest order at the best price: price-time priority as it stands in the record. When such a fill is not
    /// reproduced, an earlier difference had changed the book.</summary>
    InPriority,
    /// <summary>The trade is of a call auction: there is no aggressor, and makers of both sides are filled.</summary>
    Auction,
    /// <summary>More was filled than the order showed: an iceberg, whose hidden part the record does not hold.</summary>
    Iceberg,
    /// <summary>The order showed a new size at once after its shown size was filled: an iceberg's next slice, whose place in the queue
    /// depends on the hidden part.</summary>
    IcebergSlice,
    /// <summary>Orders without a fill were cancelled in the same matching event: self-match prevention took them out between fills, and
    /// the record does not tell at which point.</summary>
    SelfMatchCancel,
    /// <summary>An older or better priced order was in the recorded book: the record itself departs from price-time priority.</summary>
    OutOfPriority,
}
