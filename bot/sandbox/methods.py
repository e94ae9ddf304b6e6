"""The table of methods: what the sandbox does, and what of the Bot API 10.1 it does not do yet.

getUpdates, setWebhook, deleteWebhook and getWebhookInfo are answered by `api`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox import methods_bot as bot
from bot.sandbox import methods_chats as chats
from bot.sandbox import methods_copies as copies
from bot.sandbox import methods_edits as edits
from bot.sandbox import methods_media as media
from bot.sandbox import methods_messages as messages
from bot.sandbox import methods_reactions as reactions
from bot.sandbox import methods_topics as topics
from bot.sandbox.call import Call
from bot.sandbox.world import World

Method = Callable[[World, Call], Any]

_METHODS: dict[str, Method] = {
    "getMe": bot.get_me,
    "logOut": bot.yes,
    "close": bot.yes,
    "sendMessage": messages.send_message,
    "forwardMessage": copies.forward_message,
    "copyMessage": copies.copy_message,
    "copyMessages": copies.copy_messages,
    "sendPhoto": media.sender("photo"),
    "sendDocument": media.sender("document"),
    "sendVoice": media.sender("voice"),
    "sendVideo": media.sender("video"),
    "sendAudio": media.sender("audio"),
    "sendSticker": media.sender("sticker"),
    "sendMediaGroup": media.send_media_group,
    "sendChatAction": messages.send_chat_action,
    "getFile": media.get_file,
    "editMessageText": edits.edit_message_text,
    "editMessageCaption": edits.edit_message_caption,
    "editMessageMedia": edits.edit_message_media,
    "editMessageReplyMarkup": edits.edit_message_reply_markup,
    "setMessageReaction": reactions.set_message_reaction,
    "deleteMessage": messages.delete_message,
    "deleteMessages": messages.delete_messages,
    "pinChatMessage": messages.pin_chat_message,
    "unpinChatMessage": messages.unpin_chat_message,
    "answerCallbackQuery": bot.answer_callback_query,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "getChatAdministrators": chats.get_chat_administrators,
    "getChatMemberCount": chats.get_chat_member_count,
    "createForumTopic": topics.create_forum_topic,
    "editForumTopic": topics.edit_forum_topic,
    "closeForumTopic": topics.close_forum_topic,
    "reopenForumTopic": topics.reopen_forum_topic,
    "deleteForumTopic": topics.delete_forum_topic,
    "leaveChat": chats.leave_chat,
    "setChatMenuButton": chats.set_chat_menu_button,
    "getChatMenuButton": chats.get_chat_menu_button,
    "setMyCommands": bot.set_my_commands,
    "getMyCommands": bot.get_my_commands,
    "deleteMyCommands": bot.delete_my_commands,
    "setMyName": bot.text_setter("name"),
    "getMyName": bot.text_getter("name"),
    "setMyDescription": bot.text_setter("description"),
    "getMyDescription": bot.text_getter("description"),
    "setMyShortDescription": bot.text_setter("short_description"),
    "getMyShortDescription": bot.text_getter("short_description"),
}

METHODS: dict[str, Method] = {name.lower(): method for name, method in _METHODS.items()}

_NOT_YET = """
addStickerToSet answerChatJoinRequestQuery answerGuestQuery answerInlineQuery
answerPreCheckoutQuery answerShippingQuery answerWebAppQuery approveChatJoinRequest
approveSuggestedPost banChatMember banChatSenderChat closeGeneralForumTopic convertGiftToStars
createChatInviteLink createChatSubscriptionInviteLink createInvoiceLink createNewStickerSet
declineChatJoinRequest declineSuggestedPost deleteAllMessageReactions deleteBusinessMessages
deleteChatPhoto deleteChatStickerSet deleteMessageReaction deleteStickerFromSet deleteStickerSet
deleteStory editChatInviteLink editChatSubscriptionInviteLink editGeneralForumTopic
editMessageChecklist editMessageLiveLocation editStory editUserStarSubscription
exportChatInviteLink forwardMessages getAvailableGifts getBusinessAccountGifts
getBusinessAccountStarBalance getBusinessConnection getChatGifts getCustomEmojiStickers
getForumTopicIconStickers getGameHighScores getManagedBotAccessSettings getManagedBotToken
getMyDefaultAdministratorRights getMyStarBalance getStarTransactions getStickerSet
getUserChatBoosts getUserGifts getUserPersonalChatMessages getUserProfileAudios
getUserProfilePhotos giftPremiumSubscription hideGeneralForumTopic postStory promoteChatMember
readBusinessMessage refundStarPayment removeBusinessAccountProfilePhoto removeChatVerification
removeMyProfilePhoto removeUserVerification reopenGeneralForumTopic replaceManagedBotToken
replaceStickerInSet repostStory restrictChatMember revokeChatInviteLink savePreparedInlineMessage
savePreparedKeyboardButton sendAnimation sendChatJoinRequestWebApp sendChecklist sendContact
sendDice sendGame sendGift sendInvoice sendLivePhoto sendLocation sendMessageDraft sendPaidMedia
sendPoll sendRichMessage sendRichMessageDraft sendVenue sendVideoNote setBusinessAccountBio
setBusinessAccountGiftSettings setBusinessAccountName setBusinessAccountProfilePhoto
setBusinessAccountUsername setChatAdministratorCustomTitle setChatDescription setChatMemberTag
setChatPermissions setChatPhoto setChatStickerSet setChatTitle setCustomEmojiStickerSetThumbnail
setGameScore setManagedBotAccessSettings setMyDefaultAdministratorRights setMyProfilePhoto
setPassportDataErrors setStickerEmojiList setStickerKeywords setStickerMaskPosition
setStickerPositionInSet setStickerSetThumbnail setStickerSetTitle setUserEmojiStatus
stopMessageLiveLocation stopPoll transferBusinessAccountStars transferGift unbanChatMember
unbanChatSenderChat unhideGeneralForumTopic unpinAllChatMessages unpinAllForumTopicMessages
unpinAllGeneralForumTopicMessages upgradeGift uploadStickerFile verifyChat verifyUser
"""

NOT_YET: dict[str, str] = {name.lower(): name for name in _NOT_YET.split()}
