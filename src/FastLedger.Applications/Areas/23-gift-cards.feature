Feature: Gift cards
  Promise: a card cannot be copied: whoever gave it away cannot use it, it is spent to the last cent, and only where it was issued.

  Background:
    Given the parties Merchant, Other, Ann, Ben and Till1
    And Merchant issues GIFT with 2 decimals, in a closed loop
    And Merchant issues POINT with 0 decimals
    And Ann and Ben hold accounts in GIFT
    And Ben holds accounts in POINT
    And Other holds accounts in GIFT
    And Merchant makes Ann's GIFT a member of group 0 that may pay group 0
    And Merchant makes Ben's GIFT a member of group 0 that may pay group 0
    And Merchant makes Other's GIFT a member of group 9 that may pay group 9
    And Merchant pays 50.00 GIFT to Ann's GIFT

  Scenario: A card is given away and partly spent
    When Ann pays 50.00 GIFT to Ben's GIFT
    And Ben does all or nothing:
      """
      signed by Merchant
      pays 32.50 GIFT to Merchant's GIFT
      pays 32 POINT to Ben's POINT from Merchant's POINT
      """
    Then Ben's GIFT holds 17.50 GIFT
    And Merchant's GIFT holds -17.50 GIFT
    And Ben's POINT holds 32 POINT

  Scenario: A card that is not spent in a year goes back to the merchant
    When Merchant reserves 20.00 GIFT as "voucher" for Ben's GIFT, for at most 365 days
    And 366 days pass
    Then Ben's GIFT holds 0.00 GIFT
    And Merchant's GIFT holds -50.00 GIFT
    And Ben posts "voucher", which is refused: PendingExpired

  Scenario: A thousand merchants issue cards of their own without any code
    When 1,000 merchants issue a card of 50.00 each

  @attack
  Scenario: The old key, two tills at once, another shop, a cent too much
    Given Ann pays 50.00 GIFT to Ben's GIFT
    Then Ann pays 0.01 GIFT to Merchant's GIFT, which is refused: ExceedsBalance
    And Ann pays 0.01 GIFT to Merchant's GIFT from Ben's GIFT, which is refused: Unauthorized
    And Ben pays 10.00 GIFT to Other's GIFT, which is refused: Forbidden
    And exactly 1 of these takes effect:
      """
      Ben pays 32.50 GIFT to Merchant's GIFT
      Ben pays 32.50 GIFT to Merchant's GIFT
      """
    And Ben pays 17.51 GIFT to Merchant's GIFT, which is refused: ExceedsBalance
